/* The stream's health: one sentence, who reads which partition and how far, what came of the
   events. The ages go on by themselves between frames; without frames nothing stays green. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  // Of these no queue's list of events tells.
  const TYPES = { "agent.state": () => fw.t("an agent’s state changed"), "plan.interval": () => fw.t("what was planned") };
  const STATES = {
    fresh: ["on_target", "●", fw.t("Fresh")],
    "catching up": ["watch", "◆", fw.t("Catching up")],
    silent: ["trouble", "▲", fw.t("Silent")],
    unknown: ["none", "○", fw.t("Not known")],
  };
  const EVENTS = [
    ["events", fw.t("Read, whatever became of them")],
    ["duplicates", fw.t("Duplicates")],
    ["rejected", fw.t("Rejected, kept as dead letters")],
    ["unknown_type", fw.t("Of unknown type")],
    ["out_of_place", fw.t("Out of place")],
    ["too_late", fw.t("Too late for the windows")],
    ["expired", fw.t("Contacts expired")],
  ];
  const LIMITS = {
    queues_kept: fw.t("Queues and channels without figures of their own"),
    agents_kept: fw.t("Agents without figures of their own"),
    agents: fw.t("States of agents beyond 100,000 on one partition"),
    cells: fw.t("Happenings told for the floor alone: 500,000 combinations on one partition"),
    contacts: fw.t("Contacts dropped: more than 1,000,000 on one partition"),
    duplicates: fw.t("Times that copies were looked for in less than 10 minutes"),
    names: fw.t("Names beyond a worker's 250,000, told as one"),
    promises: fw.t("Promises not taken on: more than 100,000 on one partition"),
    unwritten: fw.t("Times that reading stopped: more than 32 MiB of one partition to be written"),
  };
  // Who sets rules that no person set.
  const SETTERS = { file: fw.t("from a file"), floorwatch: fw.t("those that ship") };
  let picture = null, alerts = null, announced = null;

  function draw(frame) {
    if (frame) {
      alerts = frame.alerts;
      fw.table.draw("receivers", ((alerts && alerts.evaluator) || { receivers: [] }).receivers.map(receiver));
    }
    if (frame && frame.picture) {
      picture = frame.picture;
      const title = `${fw.t("Health")} · ${picture.title}`, { figures, events_by_type, rejected_by_field } = picture;
      fw.dom.text(document.getElementById("title"), title);
      document.title = title;
      fw.alertStrip.show();
      document.documentElement.dataset.floor = "drawn";
      fw.table.draw("workers", picture.workers.map(worker));
      fw.table.draw("events", EVENTS.map(([name, words]) => counted(name, words, figures.health[name])));
      fw.table.draw("fields", byCount(rejected_by_field));
      fw.table.draw("types", byCount(events_by_type, typed));
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
    fw.table.draw("watch", watch());
    if (picture) fw.table.draw("partitions", picture.partitions.map((one) => partition(one, frames.silent_s)));
  }

  function words({ broken, trust, silent_s, as_of }) {
    const told = fw.format.sentence, here = as_of && fw.t("What stands here is as of {time}.", { time: fw.freshness.clock(as_of) });
    if (broken) return ["watch", told(broken), here || fw.t("The tables fill by themselves.")];
    if (silent_s > fw.freshness.STALE_S) {
      return ["watch", fw.t("No connection to the dashboard for {span}.", { span: fw.freshness.span(silent_s) }), here || fw.t("Still trying.")];
    }
    return trust ? [STATES[trust.state][0], fw.said(trust.said.lead, trust.lead), fw.said(trust.said.rest, trust.rest)] : ["none", fw.t("Connecting."), ""];
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
        behind: told.behind_s === null ? (told.age_s === null ? "–" : fw.t("not known")) : fw.format.span(told.behind_s, true),
      },
      values: {
        age: told.age_s === null ? null : told.age_s + since, lag: told.lag_events, behind: told.behind_s,
        position: told.position === null ? null : `${told.position} / ${told.end}`,
      },
    };
  }

  /* Who judges the floor, and by what; how long ago goes on between frames. */
  function watch() {
    const told = alerts && alerts.evaluator;
    if (!told) return [];
    const number = (value) => fw.format.plain(fw.format.count(value)), watched = fw.alertStrip.watched();
    const judged = fw.alertStrip.age(), row = (key, name, value, state) => ({ key, state: state || null, cells: { name, value } });
    const source = SETTERS[told.rules_by] || (told.rules_by ? fw.t("set by {name}", { name: told.rules_by }) : fw.t("not known"));
    return [
      row("state", fw.t("State"), watched ? { mark: "●", word: fw.t("Watched") } : { mark: "▲", word: fw.t("Not watched") }, watched ? "fresh" : "silent"),
      row("judged", fw.t("Last judged"), judged === null ? fw.t("not known") : fw.t("{span} ago", { span: ago(judged) })),
      row("name", fw.t("Evaluator"), told.since ? fw.t("{name} since {time}", { name: told.name, time: fw.format.moment(told.since) }) : told.name),
      row("rules", fw.t("Rules in force"), fw.format.comma(number(told.rules), source)),
      row("rules_at", fw.t("Set"), told.rules_at ? fw.format.moment(told.rules_at) : fw.t("not known")),
      row("targets", fw.t("Things followed"), number(told.targets)),
      row("undelivered", fw.t("Messages that failed lately"), number(alerts.undelivered_count)),
    ].map((one) => ({ ...one, state: one.state && STATES[one.state][0] }));
  }

  function receiver(told) {
    const number = (value) => fw.format.plain(fw.format.count(value));
    const [state, mark, word] = told.failing ? ["trouble", "▲", fw.tn("{n} fails", "{n} fail", told.failing)] : told.given_up ? ["watch", "◆", fw.tn("{n} given up", "{n} given up", told.given_up)] : ["on_target", "●", fw.t("No failure")];
    return { key: told.name, state, cells: { name: told.name, state: { mark, word }, failure: told.failure || "–" } };
  }

  /* Tenths while they are a difference, else whole units. */
  const ago = (seconds) => (seconds < 10 ? fw.t("{n} s", { n: fw.format.tenths(seconds) }).replaceAll(" ", "\u00a0") : fw.format.span(seconds));

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
      values: { since: told.started_at, rebalances: told.rebalances, commits: told.commit_failures, logs: told.log_failures },
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
    return { key, cells: { name, count: fw.format.plain(fw.format.count(count)) }, values: { count } };
  }

  /* What this dashboard takes at most, and each other bound that was reached, here or by a worker. */
  function limits({ watched, picture: { limits: reached, queues_left_out, figures } }) {
    const number = (value) => fw.format.plain(fw.format.count(value));
    const told = Object.entries(reached).map(([name, count]) => counted(name, LIMITS[name] || words_of(name), count));
    if (queues_left_out) {
      const shown = fw.tn("At most {n} queue in a frame", "At most {n} queues in a frame", Object.keys(figures.queues).length);
      told.unshift({ key: "frame", cells: { name: shown, count: fw.tn("{n} left out", "{n} left out", queues_left_out) } });
    }
    if (watched) told.unshift(counted("viewers", fw.t("At most {most} viewers (now {viewers})", { most: number(watched.most), viewers: number(watched.viewers) }), watched.refused));
    return told;
  }

  /* A name that only a later worker knows is told as it is. */
  const words_of = (name) => fw.format.sentence(name.replaceAll("_", " ")).replace(/\.$/, "");

  /* A type as people say it, and as the contract names it. */
  function typed(type) {
    const words = TYPES[type] ? TYPES[type]() : fw.eventList.words(type);
    return words ? `${words} · ${type}` : type;
  }

  /* Most first, and among equals by name. */
  function byCount(counts, named = (name) => name) {
    return Object.entries(counts)
      .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
      .map(([name, count]) => counted(name, named(name), count));
  }

  fw.freshness.follow(tick);
  const health = { draw, switched: () => fw.view.switched() };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { health });
})();
