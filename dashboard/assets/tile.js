/* One queue's tile: what each kind of queue is asked for, in the same places. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const MARKS = { trouble: "▲", watch: "◆", on_target: "●", closed: "○", none: "–" };
  const BIGS = 3, SMALLS = 3;

  function create(queue) {
    const { make } = fw.dom;
    const name = make("h2", "tile-name"), mark = make("span", "mark"), word = make("span", "word");
    mark.setAttribute("aria-hidden", "true");
    const status = make("span", "status", mark, word);
    const bigs = Array.from({ length: BIGS }, () => cell("big", "value", "label", "note"));
    const smalls = Array.from({ length: SMALLS }, () => cell("small", "label", "value", "note"));
    const spark = fw.sparkline.make(), people = fw.people.make();
    const body = make("div", "tile-body",
      make("div", "tile-head", name, status),
      make("div", "bigs", ...bigs.map((big) => big.element)),
      spark.element,
      make("div", "smalls", ...smalls.map((small) => small.element)),
      people.element);
    const element = make("article", "tile", body);
    element.dataset.queue = queue;
    element.setAttribute("role", "listitem");
    return { element, name, mark, word, status, bigs, smalls, spark, people, counting: [] };
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
    const state = told.standing.state;
    attribute(tile.element, "data-state", state);
    text(tile.name, told.name);
    attribute(tile.name, "title", told.name);
    text(tile.mark, MARKS[state]);
    text(tile.word, told.standing.word);
    const reasons = told.standing.reasons.join("; ");
    attribute(tile.status, "title", reasons || told.standing.word);
    const shown = (told.standing.kind === "promises" ? promises : contacts)(told);
    tile.counting = [];
    shown.bigs.forEach((big, index) => fill(tile, tile.bigs[index], big));
    shown.smalls.forEach((small, index) => fill(tile, tile.smalls[index], small));
    fw.sparkline.draw(tile.spark, told.hour && told.hour.service_level, told.goal);
    fw.people.draw(tile.people, told.section.now, told.agentsKnown);
    attribute(tile.element, "aria-label", spoken(told, reasons));
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
  function countUp(tile, passed) {
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
            { label: "Unanswered", value: f.count(now.conversations_unanswered), title: "Conversations whose last message is the customer's" },
            { label: "Reply", value: f.duration(figures.average_response_time_s), title: "Average time to a reply" },
            csat(told),
          ]
        : [
            { label: "ASA", title: "Average speed of answer", value: f.duration(figures.average_speed_of_answer_s) },
            pledged(told) || abandoned(counts, figures),
            csat(told),
          ],
    };
  }

  function promises(told) {
    const { now, figures, counts } = told.section, f = fw.format;
    return {
      bigs: [
        { label: "promised", note: "not called yet", value: f.count(now.callbacks_open) },
        { label: "overdue", note: "past the promise", value: f.count(now.callbacks_overdue), tone: now.callbacks_overdue ? "bad" : null },
        { label: "promises kept", note: kept(counts), value: f.share(figures.callbacks_kept_rate) },
      ],
      smalls: [
        { label: "Waiting", value: f.count(now.waiting), note: age(now.oldest_wait_s), title: "Contacts in the queue, and the wait of the oldest" },
        { label: upper(f.targets(told.label)), value: f.share(figures.service_level), title: "Service level, " + f.VARIANTS[told.variant] },
        csat(told),
      ],
    };
  }

  const kept = (counts) => (counts.callbacks_due ? `${counts.callbacks_kept} of ${counts.callbacks_due} due` : "none due");
  const age = (seconds) => (fw.format.given(seconds) ? fw.format.plain(fw.format.duration(seconds)) : "");
  const upper = (words) => words[0].toUpperCase() + words.slice(1);

  function waiting(told) {
    const { now } = told.section, over = now.waiting_over_target;
    return { label: "waiting", note: over ? `${fw.format.plain(fw.format.count(over))} over target` : "", tone: over ? "bad" : null, value: fw.format.count(now.waiting) };
  }

  function oldest(told) {
    const { now } = told.section, targets = told.label ? Object.values(told.label.target_s) : [];
    const target = targets.length ? Math.max(...targets) : null;
    return {
      label: "oldest",
      note: unanswered(told) || (targets.length === 1 ? "target " + fw.format.target(target) : ""),
      since: now.waiting ? now.oldest_wait_s : null,
      tone: target !== null && now.oldest_wait_s > 2 * target ? "bad" : null,
    };
  }

  function unanswered(told) {
    const since = told.section.now.oldest_unanswered_s;
    return told.standing.kind === "messages" && fw.format.given(since) ? "no reply " + age(since) : null;
  }

  function level(told) {
    const { figures } = told.section;
    return {
      label: "answered " + fw.format.targets(told.label),
      note: fw.format.VARIANTS[told.variant],
      title: `Service level ${told.window}: ${fw.format.VARIANTS[told.variant]}`,
      value: fw.format.share(figures.service_level),
      tone: fw.format.given(figures.service_level) && figures.service_level < told.goal ? "bad" : null,
    };
  }

  function abandoned(counts, figures) {
    const all = (counts.answered_waited || 0) + (counts.abandoned || 0);
    return { label: "Abandoned", value: fw.format.share(figures.abandonment_rate, true), title: `${counts.abandoned} of ${all}` };
  }

  function pledged(told) {
    const { now, counts } = told.section;
    if (!now.callbacks_open && !counts.callbacks_due) return null;
    const overdue = now.callbacks_overdue;
    return { label: "Promises", value: fw.format.count(now.callbacks_open), note: overdue ? `${overdue} overdue` : "", title: kept(counts), tone: overdue ? "bad" : null };
  }

  function csat(told) {
    const shown = fw.format.csat(told.section.counts, told.section.figures);
    return { label: "CSAT", value: shown.value, note: shown.n, title: `Answers 4 and 5: ${shown.note}` };
  }

  function spoken(told, reasons) {
    return `${told.name}: ${told.standing.word}${reasons ? ", " + reasons : ""}`;
  }

  fw.tile = { create, draw, countUp, MARKS };
})();
