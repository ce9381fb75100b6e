/* A queue open beside the table: why it stands as it does, who waits and until when, its figures, what was promised,
   who is on it, its last hour, its service level by all five variants, and what happens. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const CONTACTS_MS = 2000, AGENTS_MS = 3000, HOUR_MS = 10000, LISTED = 5, PEOPLE = 10;
  // Of a minute to take away, as the API names it.
  const MINUTE = ["minute", "offered", "answered", "abandoned", "answered_in_target", "service_level", "average_speed_of_answer_s"];
  // Of the levels to take away, and what they are made of.
  const LEVEL = ["as_of", "window", "queue", "name", "target_s", "service_level_variant", "service_level", "shown", "formula"];
  const LEVEL_OF = ["answered_in_target", "answered_waited", "abandoned", "abandoned_in_target", "waiting_over_target"];
  const FORMULAS = {
    abandons_count: () => fw.t("answered in target / (answered + abandoned)"),
    abandons_ignored: () => fw.t("answered in target / answered"),
    abandons_in_target_ignored: () => fw.t("answered in target / (answered + abandoned after the target)"),
    abandons_in_target_met: () => fw.t("(answered + abandoned in target) / (answered + abandoned)"),
    stuck_proof: () => fw.t("answered in target / (answered + abandoned + waiting over target)"),
  };

  function open(queue) {
    const made = { queue, stops: [], oldest: null, known: null, none: fw.beside.none() };
    return { sections: [made.none], draw: (picture, standing) => draw(made, picture, standing), stop: () => stop(made) };
  }

  /* Nothing is drawn, and nobody is asked, of a queue before it is known to be one. */
  function begin(made, judged) {
    // Who waits stands first, and of a queue of promises who was promised a call.
    const [first, second] = judged && judged.kind === "promises" ? [promises, waiting] : [waiting, promises];
    const tick = () => count(made);
    fw.beside.fill(first(made), tiles(made), second(made), hour(made), people(made), levels(made), events(made));
    fw.freshness.follow(tick);
    made.stops.push(() => fw.freshness.unfollow(tick));
  }

  function stop(made) {
    made.stops.splice(0).forEach((one) => one());
    made.minutes = null;
  }

  function unknown(made) {
    stop(made);
    fw.beside.titled(made.queue, { mark: "–", word: "", state: null, why: "" });
    fw.dom.text(made.none, fw.t("No queue named {name} on this floor.", { name: made.queue }));
    fw.beside.fill(made.none);
  }

  const behind = (made, ...of) => () => fw.contactsList.open({ title: made.name || made.queue, of, queue: made.queue });

  function tiles(made) {
    made.figures = fw.beside.figures([
      { name: "waiting", label: fw.t("Waiting"), behind: behind(made, "waiting", "waiting_over_target") },
      { name: "oldest", label: fw.t("Oldest"), behind: behind(made, "waiting") },
      { name: "level", label: fw.t("In target"), behind: behind(made, "answered_in_target", "answered_waited", "abandoned") },
      { name: "abandoned", label: fw.t("Abandoned"), behind: behind(made, "abandoned", "short_abandoned") },
      { name: "expected", label: fw.t("Expected wait") },
      { name: "offered", label: fw.t("Offered"), behind: behind(made, "offered") },
      { name: "aht", label: fw.t("AHT"), behind: behind(made, "handled") },
      { name: "csat", label: fw.t("CSAT"), behind: behind(made, "csat_n", "csat_top") },
    ]);
    return made.figures.element;
  }

  const several = (queue) => { const { picture } = fw.alertStrip.newest() || {}; return Boolean(picture) && fw.channels.of(picture.labels[queue]) === "several"; };

  /* Contacts that stand so now, the oldest first, with a way to all of them. */
  function contacts(made, of, title, most, keep) {
    const place = fw.beside.none(), table = fw.contactRows.make(title, ["queue", "agent", "state", "since", "priority", ...(several(made.queue) ? [] : ["channel"])]), section = fw.beside.section(title, place, table.element);
    table.element.hidden = true;
    const path = `/api/v1/contacts?${new URLSearchParams({ of, queue: made.queue, most: String(most) })}`;
    made.stops.push(fw.polling.start(path, CONTACTS_MS, (told) => {
      fw.contactRows.draw(table, told.contacts);
      table.element.hidden = !told.contacts.length;
      section.set(told.total || null);
      section.lead(told.more ? fw.t("All {n}", { n: told.total }) : "", behind(made, of));
      place.hidden = told.contacts.length > 0;
      fw.dom.text(place, of === "waiting" ? fw.t("Nobody waits.") : fw.t("No call is promised."));
      section.element.hidden = !keep && !told.total;
    }, (error) => {
      // Who stood here is no longer known to stand here.
      fw.contactRows.draw(table, []);
      table.element.hidden = true;
      section.set(null);
      section.lead("");
      place.hidden = false;
      section.element.hidden = !keep;
      fw.dom.text(place, fw.t("The contacts are not told: {why}.", { why: error.message }));
    }));
    return section;
  }

  const waiting = (made) => contacts(made, "waiting", fw.t("Waiting, the longest first"), LISTED, true).element;

  function promises(made) {
    const section = contacts(made, "callbacks_open", fw.t("Promised a call, what is due first"), LISTED, false);
    section.element.hidden = true;
    return section.element;
  }

  function hour(made) {
    const place = fw.beside.none(), chart = fw.hourChart.make((minute, of) => fw.contactsList.open({ title: made.name || made.queue, of, queue: made.queue, minute })), section = fw.beside.section(fw.t("The last hour by minute"), place, chart.element);
    chart.element.hidden = true;
    made.stops.push(fw.polling.start(`/api/v1/queues/${encodeURIComponent(made.queue)}/hour`, HOUR_MS, (told) => {
      const title = () => fw.t("{name}: the last hour by minute", { name: made.name });
      chart.element.dataset.picture = title();
      if (!made.minutes) made.stops.push(fw.takeAway.offer("hour", title, () => ({ columns: MINUTE.map((key) => [key, key]), rows: made.minutes })));
      made.minutes = told.minutes;
      place.hidden = true;
      chart.element.hidden = false;
      fw.hourChart.draw(chart, told.minutes, made.goal || 0.8);
    }, (error) => {
      place.hidden = false;
      chart.element.hidden = true;
      fw.dom.text(place, fw.t("The last hour is not told: {why}.", { why: error.message }));
    }));
    return section.element;
  }

  function people(made) {
    const bar = fw.people.make(), list = fw.dom.make("ul", "beside-people"), none = fw.beside.none(), section = fw.beside.section(fw.t("Agents on it"), bar.element, list, none);
    made.people = bar;
    none.hidden = true;
    made.stops.push(fw.polling.start(`/api/v1/agents?${new URLSearchParams({ queue: made.queue })}`, AGENTS_MS, (told) => {
      const there = told.agents.filter((one) => one.state && one.state !== "offline").sort(byState);
      none.hidden = true;
      listed(list, there.slice(0, PEOPLE));
      section.lead(there.length > PEOPLE ? fw.t("All {n}", { n: there.length }) : "", () => fw.supervisor.turnTo("agents", { find: made.name || made.queue }));
    }, (error) => {
      listed(list, []);
      none.hidden = false;
      fw.dom.text(none, fw.t("The agents are not told: {why}.", { why: error.message }));
    }));
    return section.element;
  }

  /* Rows that say the same stay: somebody may be among them with the keyboard. */
  function listed(list, agents) {
    const focused = list.contains(document.activeElement) ? document.activeElement.textContent : null;
    const kept = new Map(Array.from(list.children, (row_) => [row_.dataset.said, row_]));
    list.replaceChildren(...agents.map((one) => {
      const said = JSON.stringify([one.agent, one.state, one.reason, one.since, one.contact, one.strain]);
      const row_ = kept.get(said) || agent(one);
      row_.dataset.said = said;
      return row_;
    }));
    if (focused !== null) Array.from(list.querySelectorAll(".agent-name")).find((name) => name.textContent === focused)?.focus();
  }

  const byState = (a, b) => fw.agentWords.rank(a.state) - fw.agentWords.rank(b.state) || (Date.parse(a.since) || 0) - (Date.parse(b.since) || 0) || (a.agent < b.agent ? -1 : 1);

  function agent(one) {
    const { make } = fw.dom, word = fw.agentWords.state(one.state, one.reason), strain = fw.agentWords.strain(one.strain);
    const name = make("button", "way agent-name", one.agent), state = fw.liveGrid.marked(word.mark, word.word);
    name.type = "button";
    name.addEventListener("click", () => fw.supervisor.openAgent(one.agent));
    state.dataset.people = word.tone;
    const lasting = make("span", "agent-lasting"), tense = strain.mark ? fw.liveGrid.marked(strain.mark, strain.word) : make("span", "");
    if (one.since) { lasting.dataset.since = String(Date.parse(one.since)); counted(lasting, fw.freshness.floorNow()); }
    tense.dataset.state = strain.tone;
    tense.title = strain.why || "";
    return make("li", "agent-row", name, state, lasting, fw.dom.tail(one.contact || "", "agent-contact"), tense);
  }

  function counted(place, now) {
    if (now !== null) fw.dom.text(place, fw.liveGrid.spelled((now - Number(place.dataset.since)) / 1000));
  }

  function levels(made) {
    const { make } = fw.dom;
    made.levels = Object.fromEntries(Object.keys(FORMULAS).map((variant) => {
      const value = make("span", "level-value"), fill = make("span", "level-fill"), own = make("span", "level-own");
      const bar = make("span", "level-bar", fill), row = make("li", "level-row", make("span", "level-name", fw.format.VARIANTS[variant], own), bar, value, make("span", "level-formula", FORMULAS[variant]()));
      bar.setAttribute("aria-hidden", "true");
      return [variant, { row, value, fill, own }];
    }));
    made.window = make("p", "beside-none");
    made.stops.push(fw.takeAway.offer("levels", () => fw.t("{name}: service level, five ways to count it", { name: made.name }), () => levelsTaken(made)));
    const list = make("ul", "level-list", ...Object.values(made.levels).map(({ row }) => row));
    return fw.beside.section(fw.t("Service level, five ways to count it"), made.window, list).element;
  }

  /* Headings are the names that docs/metrics.md explains. */
  function levelsTaken({ queue, name, newest: { section, label, picture, own } }) {
    const { as_of, window } = picture.figures, { counts, figures, now } = section, of = { ...counts, waiting_over_target: now.waiting_over_target };
    const rows = Object.keys(FORMULAS).map((variant) => ({
      as_of, window, queue, name, target_s: label ? [...new Set(Object.values(label.target_s))].join(" / ") : null,
      service_level_variant: variant, service_level: (figures.service_levels || {})[variant], shown: variant === own, formula: FORMULAS[variant](),
      ...Object.fromEntries(LEVEL_OF.map((each) => [each, of[each]])),
    }));
    return { columns: [...LEVEL, ...LEVEL_OF].map((key) => [key, key]), rows };
  }

  function events(made) {
    const list = fw.eventList.make();
    fw.eventList.follow(list, made.queue);
    made.stops.push(() => list.stop());
    return fw.beside.section(fw.t("What happens"), list.element).element;
  }

  function draw(made, picture, standing) {
    const section = picture.figures.queues[made.queue], label = picture.labels[made.queue], judged = standing.queues[made.queue];
    made.name = label ? label.name : made.queue;
    made.goal = standing.goal;
    const known = Boolean(section);
    if (known !== made.known) {
      made.known = known;
      if (known) begin(made, judged);
      else unknown(made);
    }
    if (!known) return;
    fw.beside.titled(made.name, { mark: fw.tile.MARKS[judged.state], word: fw.standing.word(judged), state: judged.state, why: fw.format.sentence(fw.standing.reasons(judged) || fw.t("nothing speaks against it")) });
    numbers(made, section, label, picture);
    variants(made, section, label, picture);
    fw.people.draw(made.people, section.now, fw.floor.agentsKnown(picture));
  }

  function numbers(made, { now, figures, counts }, label, picture) {
    const { count: whole, share, duration, csat, given, target } = fw.format, { cells } = made.figures, put = fw.beside.put;
    const shown = csat(counts, figures), targets = label ? Object.values(label.target_s) : [];
    const window_ = fw.format.window(picture.figures.window), variant = fw.format.VARIANTS[label ? label.service_level : picture.floor_service_level];
    made.oldest = now.waiting ? now.oldest_wait_s : null;
    made.late = targets.length ? 2 * Math.max(...targets) : Infinity;
    put(cells.waiting, whole(now.waiting), now.waiting_over_target ? fw.t("{n} over target", { n: now.waiting_over_target }) : "", now.waiting_over_target > 0);
    put(cells.oldest, duration(made.oldest), targets.length === 1 ? fw.t("target {target}", { target: target(targets[0]) }) : "", made.oldest > made.late);
    put(cells.level, share(figures.service_level), fw.format.comma(fw.format.targets(label), variant, window_), given(figures.service_level) && figures.service_level < made.goal);
    put(cells.abandoned, share(figures.abandonment_rate, true), fw.t("{n} in {window}", { n: counts.abandoned, window: window_ }));
    put(cells.expected, duration(now.expected_wait_s), fw.t("for who comes now"));
    put(cells.offered, whole(counts.offered), window_);
    put(cells.aht, duration(figures.average_handle_time_s), fw.t("{n} handled", { n: counts.handled || 0 }));
    put(cells.csat, shown.value, shown.note);
    count(made);
  }

  /* Between frames what waits goes on waiting. */
  function count(made) {
    if (made.oldest !== null) fw.dom.value(made.figures.cells.oldest.value, fw.format.duration(made.oldest + fw.freshness.passed()));
    const now = fw.freshness.floorNow();
    document.querySelectorAll(".agent-lasting[data-since]").forEach((place) => counted(place, now));
  }

  function variants(made, section, label, picture) {
    const own = label ? label.service_level : picture.floor_service_level, told = section.figures.service_levels || {};
    made.newest = { section, label, picture, own };
    fw.dom.text(made.window, over(fw.format.window(picture.figures.window), [...new Set(Object.values(label ? label.target_s : {}))]));
    Object.entries(made.levels).forEach(([variant, { row, value, fill, own: mark }]) => {
      const level = told[variant], known = fw.format.given(level);
      fw.dom.value(value, fw.format.share(level, true));
      fill.style.width = known ? `${level * 100}%` : "0";
      fw.dom.attribute(row, "data-tone", known && level < made.goal ? "bad" : null);
      fw.dom.text(mark, variant === own ? ` · ${fw.t("shown")}` : "");
      fw.dom.attribute(row, "data-own", variant === own ? "true" : null);
    });
  }

  /* Over which window levels are counted, and against what. */
  function over(window_, targets) {
    if (!targets.length) return fw.t("Over {window}.", { window: window_ });
    return targets.length === 1 ? fw.t("Over {window}, target {target}.", { window: window_, target: fw.format.target(targets[0]) }) : fw.t("Over {window}, each channel by its own target.", { window: window_ });
  }

  fw.queuePanel = { open };
})();
