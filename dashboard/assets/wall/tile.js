/* One queue's tile: what each kind of queue is asked for, in the same places. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const MARKS = { trouble: "▲", watch: "◆", on_target: "●", closed: "○", none: "–" };
  const BIGS = 3, SMALLS = 3;
  // What has passed on the floor since the frame that is drawn, in seconds.
  let passed = 0, made = 0;

  function create(queue) {
    const { make } = fw.dom;
    const name = make("a", "tile-link"), heading = make("h2", "tile-name", name), why = make("span", ""), mark = make("span", "mark"), word = make("span", "word");
    mark.setAttribute("aria-hidden", "true");
    const status = make("span", "status", mark, word);
    const bigs = Array.from({ length: BIGS }, () => cell("big", "value", "label", "note"));
    const smalls = Array.from({ length: SMALLS }, () => cell("small", "label", "value", "note"));
    const spark = fw.sparkline.make(), people = fw.people.make(), members = make("div", "members");
    const body = make("div", "tile-body",
      make("div", "tile-head", heading, status, why),
      make("div", "bigs", ...bigs.map((big) => big.element)),
      spark.element, members,
      make("div", "smalls", ...smalls.map((small) => small.element)),
      people.element);
    const element = make("div", "tile", body);
    element.dataset.queue = queue;
    element.setAttribute("role", "listitem");
    // Heard with the link, and seen at the status where a pointer rests.
    Object.assign(why, { id: `tile-why-${made += 1}`, hidden: true });
    name.setAttribute("aria-describedby", why.id);
    element.addEventListener("click", (event) => follow(event, name));
    return { element, name, heading, why, leads: null, mark, word, status, bigs, smalls, spark, people, members, counting: [] };
  }

  /* From a tile to its queue; not on a TV, and not from a board that is being built. */
  function lead(tile, queue) {
    const { build, kiosk } = document.documentElement.dataset;
    const leads = queue && build !== "on" && kiosk !== "on" ? queue : null;
    if (leads === tile.leads) return;
    tile.leads = leads;
    fw.dom.attribute(tile.name, "href", leads === null ? null : `/supervisor?${new URLSearchParams({ queue: leads })}`);
  }

  /* The link lies over the tile, but for what has a tooltip of its own: a press there is one on the link. */
  function follow(event, link) {
    if (link.hasAttribute("href") && !event.target.closest("a")) link.dispatchEvent(new MouseEvent("click", event));
  }

  function cell(kind, ...parts) {
    const made = { element: fw.dom.make("div", kind) };
    parts.forEach((part) => {
      made[part] = fw.dom.make("span", `${kind}-${part}`);
      made.element.append(made[part]);
    });
    return made;
  }

  function draw(tile, told) {
    const { text, attribute } = fw.dom;
    const state = told.standing.state, word = fw.standing.word(told.standing);
    attribute(tile.element, "data-state", state);
    text(tile.name, told.name);
    lead(tile, told.queue);
    // Its «today» begins at another midnight than the floor's.
    const zoned = told.label && told.label.time_zone;
    attribute(tile.heading, "title", zoned ? fw.t("{queue}, in its own time zone: {zone}", { queue: told.name, zone: zoned }) : told.name);
    text(tile.mark, MARKS[state]);
    text(tile.word, word);
    tile.status.hidden = !word;
    const reasons = fw.standing.reasons(told.standing);
    attribute(tile.status, "title", reasons || word);
    const shown = told.shown || (told.standing.kind === "promises" ? promises : contacts)(told);
    tile.counting = [];
    shown.bigs.forEach((big, index) => fill(tile, tile.bigs[index], big));
    shown.smalls.forEach((small, index) => fill(tile, tile.smalls[index], small));
    countUp(tile);
    // A board's tile of several queues has these in the place of an hour; see board_tiles.js.
    tile.spark.element.hidden = !told.hour && Boolean(told.members || told.shown);
    tile.people.element.hidden = Boolean(told.members);
    fw.sparkline.draw(tile.spark, told.hour && told.hour.service_level, told.goal);
    fw.people.draw(tile.people, told.section.now, told.agentsKnown);
    const stands = fw.format.comma(word, reasons, fw.trend.words(fw.trend.of(told.hour)));
    text(tile.why, stands);
    attribute(tile.element, "aria-label", stands ? fw.t("{name}: {state}", { name: told.name, state: stands }) : told.name);
  }

  function fill(tile, cell, told) {
    const { text, attribute, value } = fw.dom;
    text(cell.label, told.label);
    text(cell.note, told.note || "");
    attribute(cell.element, "title", told.title || null);
    attribute(cell.element, "data-tone", told.tone || null);
    if (told.since === undefined) value(cell.value, told.value);
    else tile.counting.push({ element: cell.value, from: told.since });
  }

  /* Between frames what waits goes on waiting. */
  function countUp(tile) {
    tile.counting.forEach(({ element, from }) => {
      fw.dom.value(element, fw.format.duration(from === null ? null : from + passed));
    });
  }

  function contacts(told) {
    const { now, figures, counts } = told.section, f = fw.format;
    const messages = told.standing.kind === "messages";
    return {
      bigs: [waiting(told), oldest(told), level(told)],
      smalls: messages
        ? [
            { label: fw.t("Unanswered"), value: f.count(now.conversations_unanswered), tone: tooLong(now.oldest_unanswered_s, told) ? "bad" : null, title: fw.t("Conversations whose last message is the customer's") },
            { label: fw.t("Reply"), value: f.duration(figures.average_response_time_s), title: fw.t("Average time to a reply") },
            csat(told),
          ]
        : [
            { label: fw.t("ASA"), title: fw.t("Average speed of answer"), value: f.duration(figures.average_speed_of_answer_s) },
            pledged(told) || abandoned(counts, figures),
            csat(told),
          ],
    };
  }

  function promises(told) {
    const { now, figures, counts } = told.section, f = fw.format;
    return {
      bigs: [
        { label: fw.t("promised"), note: fw.t("not called yet"), value: f.count(now.callbacks_open) },
        { label: fw.t("overdue"), note: fw.t("past the promise"), value: f.count(now.callbacks_overdue), tone: now.callbacks_overdue ? "bad" : null },
        { label: fw.t("promises kept"), note: kept(counts), value: f.share(figures.callbacks_kept_rate), tone: under(figures.callbacks_kept_rate, told.goal) ? "bad" : null },
      ],
      smalls: [
        { label: fw.t("Waiting"), value: f.count(now.waiting), note: age(now.oldest_wait_s), title: fw.t("Contacts in the queue, and the wait of the oldest") },
        { label: upper(f.targets(told.label)), value: f.share(figures.service_level), title: fw.t("Service level: {variant}", { variant: f.VARIANTS[told.variant] }) },
        csat(told),
      ],
    };
  }

  const kept = (counts) => (counts.callbacks_due ? fw.t("{n} of {all} due", { n: counts.callbacks_kept, all: counts.callbacks_due }) : fw.t("none due"));
  const age = (seconds) => (fw.format.given(seconds) ? fw.format.plain(fw.format.duration(seconds)) : "");
  const upper = (words) => words[0].toUpperCase() + words.slice(1);

  function waiting(told) {
    const { now } = told.section, over = now.waiting_over_target;
    return { label: fw.t("waiting"), note: over ? fw.tn("{n} over target", "{n} over target", over) : "", tone: over ? "bad" : null, value: fw.format.count(now.waiting) };
  }

  const under = (share, goal) => fw.format.given(share) && share < goal;
  const targetsOf = (told) => (told.label ? Object.values(told.label.target_s) : []);

  /* What makes a queue one to watch: twice its target, as dashboard/status.py has it. */
  function tooLong(seconds, told) {
    const targets = targetsOf(told);
    return fw.format.given(seconds) && targets.length > 0 && seconds > 2 * Math.max(...targets);
  }

  function oldest(told) {
    const { now } = told.section, targets = targetsOf(told);
    return {
      label: fw.t("oldest"),
      note: unanswered(told) || (targets.length === 1 ? fw.t("target {target}", { target: fw.format.target(targets[0]) }) : ""),
      since: now.waiting ? now.oldest_wait_s : null,
      tone: tooLong(now.oldest_wait_s, told) ? "bad" : null,
    };
  }

  function unanswered(told) {
    const since = told.section.now.oldest_unanswered_s;
    return told.standing.kind === "messages" && fw.format.given(since) ? fw.t("no reply {time}", { time: age(since) }) : null;
  }

  function level(told) {
    const { figures } = told.section;
    return {
      label: fw.format.answered(told.label),
      note: fw.format.VARIANTS[told.variant],
      title: fw.format.comma(fw.t("Service level {window}: {variant}", { window: told.window, variant: fw.format.VARIANTS[told.variant] }), fw.trend.words(fw.trend.of(told.hour))),
      value: fw.trend.beside(fw.format.share(figures.service_level), fw.trend.of(told.hour)),
      tone: under(figures.service_level, told.goal) ? "bad" : null,
    };
  }

  function abandoned(counts, figures) {
    const all = (counts.answered_waited || 0) + (counts.abandoned || 0);
    return { label: fw.t("Abandoned"), value: fw.format.share(figures.abandonment_rate, true), title: fw.t("{n} of {all}", { n: counts.abandoned, all }) };
  }

  function pledged(told) {
    const { now, counts } = told.section;
    if (!now.callbacks_open && !counts.callbacks_due) return null;
    const overdue = now.callbacks_overdue;
    return { label: fw.t("Promises"), value: fw.format.count(now.callbacks_open), note: overdue ? fw.tn("{n} overdue", "{n} overdue", overdue) : "", title: kept(counts), tone: overdue ? "bad" : null };
  }

  function csat(told) {
    const shown = fw.format.csat(told.section.counts, told.section.figures);
    return { label: fw.t("CSAT"), value: shown.value, note: shown.n, title: fw.t("Answers 4 and 5: {told}", { told: shown.note }) };
  }

  fw.tile = { create, draw, countUp, csat, MARKS, passes: (seconds) => { passed = seconds; } };
})();
