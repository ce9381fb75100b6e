/* The stream's health: one sentence, who reads which partition and how far, what came of the
   events. The ages go on by themselves between frames; without frames nothing stays green. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const STATES = {
    fresh: ["on_target", "●", "Fresh"],
    "catching up": ["watch", "◆", "Catching up"],
    silent: ["trouble", "▲", "Silent"],
    unknown: ["none", "○", "Not known"],
  };
  const EVENTS = [
    ["events", "Read, whatever became of them"],
    ["duplicates", "Duplicates"],
    ["rejected", "Rejected, kept as dead letters"],
    ["unknown_type", "Of unknown type"],
    ["out_of_place", "Out of place"],
    ["too_late", "Too late for the windows"],
    ["expired", "Contacts expired"],
  ];
  const LIMITS = {
    queues_kept: "Queues and channels without figures of their own",
    agents_kept: "Agents without figures of their own",
    agents: "States of agents beyond 100,000 on one partition",
    cells: "Happenings told for the floor alone: 500,000 combinations on one partition",
    contacts: "Contacts dropped: more than 1,000,000 on one partition",
    duplicates: "Times that copies were looked for in less than 10 minutes",
    names: "Names beyond a worker's 250,000, told as one",
  };
  let picture = null, announced = null;

  function draw(frame) {
    if (frame && frame.picture) {
      picture = frame.picture;
      const title = `Health · ${picture.title}`, { figures, events_by_type, rejected_by_field } = picture;
      fw.dom.text(document.getElementById("title"), title);
      document.title = title;
      document.documentElement.dataset.floor = "drawn";
      fw.table.draw("workers", picture.workers.map(worker));
      fw.table.draw("events", EVENTS.map(([name, words]) => counted(name, words, figures.health[name])));
      fw.table.draw("fields", byCount(rejected_by_field));
      fw.table.draw("types", byCount(events_by_type));
      fw.table.draw("limits", limits(frame));
    }
    fw.freshness.tick();
    return frame ? frame.seq : window.dash_clientside.no_update;
  }

  /* The words of this moment, and the partitions, whose ages grow. */
  function tick() {
    if (!document.getElementById("partitions")) return;
    const frames = fw.freshness.frames();
    sentence(...words(frames));
    document.getElementById("screen").dataset.frames = frames.silent_s > fw.freshness.LOST_S ? "old" : "new";
    if (picture) fw.table.draw("partitions", picture.partitions.map((one) => partition(one, frames.silent_s)));
  }

  function words({ broken, trust, silent_s, came_at }) {
    const told = fw.format.sentence, here = came_at && `What stands here is as of ${fw.freshness.clock(came_at)}.`;
    if (broken) return ["watch", told(broken), here || "The tables fill by themselves."];
    if (silent_s > fw.freshness.STALE_S) {
      return ["watch", `No connection to the dashboard for ${fw.freshness.span(silent_s)}.`, here || "Still trying."];
    }
    return trust ? [STATES[trust.state][0], trust.lead, trust.rest] : ["none", "Connecting.", ""];
  }

  function sentence(state, lead, rest) {
    const place = document.getElementById("sentence");
    fw.dom.attribute(place, "data-state", state);
    fw.dom.text(fw.dom.part(place, "lead"), lead);
    fw.dom.text(fw.dom.part(place, "rest"), rest);
    // Read aloud when the state changes, not with each second that is counted.
    if (state === announced) return;
    announced = state;
    fw.dom.text(document.getElementById("announce"), `${lead} ${rest}`);
  }

  function partition(told, since) {
    const known = since <= fw.freshness.STALE_S ? told.state : "unknown";
    const [state, mark, word] = STATES[known], { count } = fw.format;
    const number = (value) => fw.format.plain(count(value));
    return {
      key: String(told.partition), state,
      cells: {
        partition: String(told.partition),
        state: { mark, word },
        worker: told.worker || "–",
        age: told.age_s === null ? "–" : ago(told.age_s + since),
        position: told.position === null ? "–" : `${number(told.position)} / ${number(told.end)}`,
        lag: number(told.lag_events),
        behind: told.behind_s === null ? (told.age_s === null ? "–" : "not known") : fw.format.span(told.behind_s, true),
      },
    };
  }

  /* Tenths while they are a difference, else whole units. */
  const ago = (seconds) => (seconds < 10 ? `${seconds.toFixed(1)}\u00a0s` : fw.format.span(seconds));

  function worker(told) {
    const number = (value) => fw.format.plain(fw.format.count(value));
    return {
      key: told.name,
      cells: {
        name: told.name,
        since: fw.format.moment(told.started_at),
        partitions: ranges(told.partitions),
        rebalances: number(told.rebalances),
        commits: number(told.commit_failures),
        logs: number(told.log_failures),
      },
    };
  }

  /* Numbers in rising order, three in a row and more as a range: 0–3, 7, 9. */
  function ranges(numbers) {
    const runs = [];
    numbers.forEach((number) => {
      const run = runs[runs.length - 1];
      if (run && number === run[run.length - 1] + 1) run.push(number);
      else runs.push([number]);
    });
    return runs.map((run) => (run.length > 2 ? `${run[0]}–${run[run.length - 1]}` : run.join(", "))).join(", ");
  }

  function counted(key, name, count) {
    return { key, cells: { name, count: fw.format.plain(fw.format.count(count)) } };
  }

  /* What this dashboard takes at most, and each other bound that was reached, here or by a worker. */
  function limits({ watched, picture: { limits: reached, queues_left_out, figures } }) {
    const number = (value) => fw.format.plain(fw.format.count(value));
    const told = Object.entries(reached).map(([name, count]) => counted(name, LIMITS[name] || words_of(name), count));
    if (queues_left_out) {
      const shown = `At most ${number(Object.keys(figures.queues).length)} queues in a frame`;
      told.unshift({ key: "frame", cells: { name: shown, count: `${number(queues_left_out)} left out` } });
    }
    if (watched) told.unshift(counted("viewers", `At most ${number(watched.most)} viewers (now ${number(watched.viewers)})`, watched.refused));
    return told;
  }

  /* A name that only a later worker knows is told as it is. */
  const words_of = (name) => fw.format.sentence(name.replaceAll("_", " ")).replace(/\.$/, "");

  /* Most first, and among equals by name. */
  function byCount(counts) {
    return Object.entries(counts)
      .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
      .map(([name, count]) => counted(name, name, count));
  }

  fw.freshness.follow(tick);
  const health = { draw, switched: () => fw.view.switched() };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { health });
})();
