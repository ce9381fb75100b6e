/* The table of agents: asked for while somebody looks at it, since no frame holds two thousand agents;
   their times count by themselves in between. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const EVERY_MS = 2000, MS = 1000, CONTACT_MOST = 19, CONTACT_FEW = 10, STRAIN = ["calm", "busy", "strained"];
  // Made once: two thousand names are compared each time that rows change.
  const BY_NAME = new Intl.Collator(undefined, { numeric: true });
  let table = null, told = null, sought = [], counts = { shown: 0, all: 0 }, looking = false, timer = 0, asking = null, problem = "", newest = null, heardAt = -Infinity, known = false, inPast = false;

  const TAKEN = ["as_of", "window", "agent", "state", "reason", "since", "team", "queues", "contact", "contact_state", "queue", "channel",
    "handled", "average_handle_time_s", "csat_score", "csat_n", "csat_low", "csat_high", "occupancy", "strain", "why"];
  const BEHIND = { contact: ["in_conversation", "on_hold", "wrapping"], handled: ["handled"], aht: ["handled"], csat: ["csat_n", "csat_top"] };

  function columns() {
    const { whole, share, lasting, since, byValue, byLength } = fw.liveGrid;
    const column = (field, name, em, wide, more) => ({ field, headerName: name, context: { em, wide }, comparator: byValue, cellClass: BEHIND[field] ? "is-way" : "", ...more });
    const number = (field, name, em, wide, valueFormatter, more) => column(field, name, em, wide, { valueFormatter, headerClass: "ag-right-aligned-header", cellClass: ["ag-right-aligned-cell", BEHIND[field] ? "is-way" : ""], ...more });
    return [
      { field: "agent", headerName: fw.t("Agent"), context: {}, flex: 1, minWidth: 90, cellClass: "is-name", comparator: BY_NAME.compare },
      column("stateRank", fw.t("State"), 15.4, 0, { context: { em: 15.4, narrow: 9.5 }, cellRenderer: state, tooltipValueGetter: ({ data }) => data.word, cellClass: "is-state", equals: () => false, comparator: byValue }),
      number("since", fw.t("In state"), 5.4, 0, undefined, { cellRenderer: since, comparator: byLength }),
      column("contact", fw.t("Contact"), 12, 57, { cellRenderer: contact, equals: () => false }),
      column("queueName", fw.t("Its queue"), 11.2, 74, {}),
      number("handled", fw.t("Handled"), 6.2, 45, whole, { enableCellChangeFlash: true }),
      number("aht", fw.t("AHT"), 4.8, 62, lasting, { headerTooltip: fw.t("Average handle time") }),
      number("csat", fw.t("CSAT"), 7.6, 82, undefined, { cellRenderer: satisfied, equals: () => false, headerTooltip: fw.t("Answers 4 and 5 of 5, with how many answers there are") }),
      number("occupancy", fw.t("Occupancy"), 6.4, 88, share, {}),
      column("strain", fw.t("Strain"), 10, 39, { cellRenderer: strain, equals: () => false, tooltipValueGetter: ({ data }) => data.strained.why, headerTooltip: fw.t("An indication for caring, never a ranking") }),
      column("team", fw.t("Team"), 7, 95, {}),
    ];
  }

  function start(opened) {
    told = opened;
    table = fw.liveGrid.make("agent-grid", {
      columns: columns(), passes: matches, opened: pressed,
      counted: (shown) => { counts.shown = shown; told.counted(counts); none(); },
      ready: () => sort(),
      sorted: (by) => fw.address.set({ agentsort: by === USUAL ? null : by }),
    });
    fw.address.listen(["agentsort"], () => { if (table.api) sort(); });
    inPast = fw.past.on();
    // It also moves while the past is played.
    fw.address.listen(["at"], () => { if (fw.past.on() !== inPast) anew(); });
    fw.freshness.follow(forgetOld);
    return table;
  }

  const USUAL = "agent.asc";
  const sort = () => fw.liveGrid.sortBy(table, fw.address.get("agentsort") || USUAL);

  /* Ask again and again while it is looked at; a hidden tab asks for nothing. */
  function follow(on) {
    looking = on;
    clearTimeout(timer);
    if (on) ask();
  }

  async function ask() {
    if (!looking || asking) return;
    const mine = asking = new AbortController();
    try {
      const answer = document.hidden ? null : await fw.http.get("/api/v1/agents", { signal: mine.signal });
      if (mine !== asking) return;
      problem = "";
      if (answer) draw(answer);
    } catch (error) {
      fw.http.heard(error);
      if (mine !== asking) return;
      problem = error.message;
      none();
    }
    asking = null;
    clearTimeout(timer);
    if (looking) timer = setTimeout(ask, EVERY_MS);
  }

  /* States that nobody has told for that long are not those of now, and their times do not go on. */
  function forgetOld() {
    if (known && looking && Date.now() - heardAt > fw.freshness.LOST_S * MS) forget();
  }

  function forget() {
    known = false;
    if (newest) newest = { ...newest, agents: [] };
    counts.all = 0;
    table.put([]);
    none();
  }

  /* Of another time nothing is known yet, and what is on its way is of the time before. */
  function anew() {
    inPast = fw.past.on();
    if (asking) asking.abort();
    asking = null;
    problem = "";
    clearTimeout(timer);
    forget();
    ask();
  }

  function draw(answer) {
    if (!newest) fw.takeAway.offer("agents", () => fw.t("Agents"), taken);
    newest = answer;
    heardAt = Date.now();
    known = true;
    const names = picture();
    counts.all = answer.agents.length;
    table.put(answer.agents.map((one) => new Row(one, names)));
  }

  // No row keeps one: it may outlive many.
  const picture = () => (fw.alertStrip.newest() || {}).picture;
  // As fw.format writes a length and a share.
  const whole = (seconds) => (fw.format.given(seconds) ? Math.floor(seconds) : seconds);
  const percents = (share) => (fw.format.given(share) ? Math.round(share * 100) / 100 : share);

  /* What a row is compared and sorted by: as finely as it is shown, so that of two thousand rows those are
     touched in which something is seen to change. What only cells in sight and the filter need is put into
     words when they ask: most rows are out of sight. */
  class Row {
    #one;

    constructor(one, names) {
      const { strain } = one, level = strain ? STRAIN.indexOf(strain.level) : -1;
      this.#one = one;
      this.id = this.agent = one.agent;
      this.group = false;
      this.state = "none";
      this.stateRank = fw.agentWords.rank(one.state);
      this.told = one.state;
      this.reason = one.reason;
      this.since = one.since ? Date.parse(one.since) : null;
      this.contact = one.contact;
      this.more = Math.max(0, (one.contacts || 0) - 1);
      this.contactTold = one.contact_state;
      this.queueName = one.queue ? named(one.queue, names) : null;
      this.handled = one.handled;
      this.aht = whole(one.average_handle_time_s);
      this.csat = one.csat_n ? one.csat_score : null;
      this.answers = one.csat_n;
      this.occupancy = percents(one.occupancy);
      this.strain = level < 0 ? null : level;
      this.strainTold = strain && strain.why;
      this.team = one.team;
      this.queuesTold = (one.queues || []).join(" ");
    }

    get #state() { return fw.agentWords.state(this.told, this.reason); }
    get mark() { return this.#state.mark; }
    get tone() { return this.#state.tone; }
    get word() { return this.#state.word; }
    get contactState() { return this.contact ? fw.agentWords.contact(this.contactTold) : ""; }
    get satisfied() { return fw.format.csat({ csat_n: this.answers, csat_top: Math.round((this.csat || 0) * (this.answers || 0)) }, this.#one); }
    get strained() { return fw.agentWords.strain(this.#one.strain); }
    get queues() { return (this.#one.queues || []).map((queue) => named(queue, picture())).join(" "); }
  }

  /* To take away: exact values, under the names that docs/metrics.md explains. */
  function taken() {
    const { as_of, window } = newest;
    const rows = newest.agents.map((one) => ({ as_of, window, ...one, queues: (one.queues || []).join(" / "), strain: one.strain && one.strain.level, why: one.strain && one.strain.why }));
    return { columns: TAKEN.map((key) => [key, key]), rows };
  }

  const named = (queue, names) => (names && names.labels[queue] ? names.labels[queue].name : queue);

  function matches(data) {
    if (!sought.length) return true;
    const words = `${data.agent} ${data.team || ""} ${data.word} ${data.queues} ${data.queueName || ""} ${data.strained.word}`.toLowerCase();
    return sought.every((word) => words.includes(word));
  }

  function find(words) {
    sought = words;
    table.filter();
  }

  function none() {
    const nothing = counts.all > 0 && !counts.shown && sought.length > 0;
    const words = problem && !counts.all ? fw.t("The agents are not told: {why}.", { why: problem })
      : nothing ? fw.t("No agent has «{words}» in its name, team, queues or state.", { words: sought.join(" ") })
        : counts.all || !table.element.parentElement.dataset.drawn ? "" : known ? fw.t("No agent has told a state.") : fw.t("Being read …");
    if (problem) table.element.parentElement.dataset.drawn = "true";
    fw.liveGrid.none(table, words);
  }

  function pressed(data, column) {
    const of = BEHIND[column];
    if (of && fw.format.given(data[column])) told.behind(data, of);
    else told.open(data.agent);
  }

  /* Cells. */

  function state({ data }) {
    const made = fw.liveGrid.marked(data.mark, data.word);
    made.dataset.people = data.tone;
    return made;
  }

  function contact({ data }) {
    if (!data.contact) return "–";
    const id = fw.dom.ending(data.contact, data.more ? CONTACT_FEW : CONTACT_MOST);
    const made = fw.dom.make("span", "", data.more ? fw.t("{contact} and {n} more", { contact: id, n: data.more }) : id);
    made.title = `${data.contact} · ${data.contactState}`;
    return made;
  }

  function satisfied({ data }) {
    const { value, n } = data.satisfied, made = fw.dom.make("span", "noted", fw.format.plain(value));
    if (n) made.append(" ", fw.dom.make("span", "note", n));
    return made;
  }

  function strain({ data }) {
    const { mark, tone, word } = data.strained, made = fw.liveGrid.marked(mark, word);
    made.dataset.state = tone;
    return made;
  }

  document.addEventListener("visibilitychange", () => { if (!document.hidden && looking) ask(); });
  fw.agentTable = { start, find, follow, counts: () => counts, table: () => table, choose: (agent) => fw.liveGrid.choose(table, agent) };
})();
