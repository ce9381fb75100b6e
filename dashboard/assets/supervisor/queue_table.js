/* The table of queues: a row a queue, under a row for each channel of several, all from the frames. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const MS = 1000, TENTH_MS = 100, TIE = 1e-9;
  const MESSAGES = ["chat", "sms", "whatsapp", "social", "email", "several", "unknown"], PROMISES = ["callback"];
  const shut = new Set();
  let table = null, goal = null, grouped = true, sought = [], counts = { shown: 0, all: 0 }, told = null, skipped = false;

  /* What a press on a column's number asks for: the contacts that it counts. */
  const BEHIND = {
    waiting: ["waiting"], over: ["waiting_over_target"], oldest: ["waiting"], talking: ["in_conversation", "on_hold", "wrapping"],
    level: ["answered_in_target", "answered_waited", "abandoned"], asa: ["answered_waited"], abandoned: ["abandoned", "short_abandoned"],
    csat: ["csat_n", "csat_top"], promises: ["callbacks_open", "callbacks_overdue", "callbacks_due", "callbacks_kept"], unanswered: ["conversations_unanswered"], aht: ["handled"],
  };

  function columns() {
    const { whole, share, fine, lasting, since, FOLDED_EM, byValue, byLength } = fw.liveGrid;
    const number = (field, name, em, wide, valueFormatter, more) => ({
      field, headerName: name, context: { em, wide }, valueFormatter, comparator: byValue,
      headerClass: "ag-right-aligned-header", cellClass: ["ag-right-aligned-cell", BEHIND[field] || field === "free" ? "is-way" : ""], ...more,
    });
    const glows = { enableCellChangeFlash: true };
    return [
      { field: "name", valueGetter: ({ data }) => `${data.titled}\n${data.stands} ${data.member}`, headerName: fw.t("Queue"), context: {}, flex: 1, minWidth: 96, cellRenderer: named, comparator: byName, cellClass: "is-name" },
      { field: "rank", valueGetter: ({ data }) => data.stands, headerName: fw.t("Status"), context: { em: 9.8, wide: FOLDED_EM }, cellRenderer: status, comparator: byValue, tooltipValueGetter: ({ data }) => data.reasons, cellClass: "is-status" },
      number("waiting", fw.t("Waiting"), 5.6, 0, whole, { ...glows, context: { em: 5.6, narrow: 4.8 } }),
      number("over", fw.t("Over target"), 6.6, 46, whole, { ...glows, cellClassRules: { "is-bad": ({ value }) => value > 0 } }),
      number("oldest", fw.t("Oldest"), 5.6, 20, undefined, { context: { em: 5.6, narrow: 4.6, wide: 20 }, cellRenderer: since, comparator: byLength, headerTooltip: fw.t("How long the oldest contact has waited") }),
      number("level", fw.t("In target"), 5.6, 30, share, { cellClassRules: { "is-bad": ({ value }) => fw.format.given(value) && value < goal }, headerTooltip: fw.t("Service level of the last 30 min, each queue by its own target and variant") }),
      number("asa", fw.t("ASA"), 4.6, 56, lasting, { headerTooltip: fw.t("Average speed of answer") }),
      number("abandoned", fw.t("Abandoned"), 6.2, 62, fine),
      number("csat", fw.t("CSAT"), 7.6, 70, undefined, { cellRenderer: satisfied, headerTooltip: fw.t("Answers 4 and 5 of 5, with how many answers there are") }),
      number("promises", fw.t("Promises"), 9.4, 78, undefined, { cellRenderer: promised, ...glows, headerTooltip: fw.t("Callbacks promised and not called yet") }),
      number("unanswered", fw.t("Unanswered"), 6.6, 86, whole, { ...glows, headerTooltip: fw.t("Conversations whose last message is the customer's") }),
      number("talking", fw.t("In progress"), 5.6, 97, whole, { ...glows, headerTooltip: fw.t("Contacts in conversation, on hold and in wrap-up") }),
      number("free", fw.t("Agents free"), 7, 40, undefined, { cellRenderer: free }),
      number("aht", fw.t("AHT"), 4.6, 98, lasting, { headerTooltip: fw.t("Average handle time") }),
      { field: "hour", headerName: fw.t("Last hour"), context: { em: 9, wide: 108 }, sortable: false, cellRenderer: hour, headerTooltip: fw.t("Service level of the last 5 minutes, over the last hour, 0 to 100 %") },
    ];
  }

  function start(opened) {
    told = opened;
    look();
    table = fw.liveGrid.make("queue-grid", {
      columns: columns(), animated: true, folds: true, passes, order, opened: pressed, turn,
      counted: (shown) => { counts.shown = shown; told.counted(counts); none(); },
      ready: () => sort(),
      sorted: (by) => fw.address.set({ sort: by === usual() ? null : by }),
    });
    fw.address.listen(["sort"], () => { if (table.api) sort(); });
    // Also by the way back.
    fw.address.listen(["group", "shut"], () => { look(); redraw(); });
    return table;
  }

  /* Whether channels stand together, and which of them are shut, as the address has it. */
  function look() {
    grouped = fw.address.get("group", ["none"]) === null;
    shut.clear();
    (fw.address.get("shut") || "").split(",").filter(Boolean).forEach((channel) => shut.add(channel));
  }

  const usual = () => (fw.view.current().order === "worst" ? "rank.asc" : "name.asc");
  const sort = () => fw.liveGrid.sortBy(table, fw.address.get("sort") || usual());

  function draw(picture, standing) {
    goal = standing.goal;
    counts.all = standing.worst_first.length;
    // Under the other tab it is not drawn until somebody turns to it.
    skipped = table.element.parentElement.hidden;
    if (skipped) { told.counted(counts); return; }
    const asOf = Date.parse(picture.figures.as_of);
    const rows = standing.worst_first.map((queue, rank) => row(picture, standing, queue, rank, asOf));
    table.put(grouped ? [...groups(picture, rows, asOf), ...rows] : rows);
  }

  function row(picture, standing, queue, rank, asOf) {
    const label = picture.labels[queue], judged = standing.queues[queue], hour_ = picture.hours[queue];
    const name = label ? label.name : queue, word = fw.standing.word(judged), channel = fw.channels.of(label), told_ = values(picture.figures.queues[queue], asOf);
    return {
      id: `q ${queue}`, queue, name, titled: name, channel, group: false, member: false,
      rank, state: judged.state, word, stands: stands(rank, judged.state, word), reasons: fw.standing.reasons(judged),
      limit: limit(label), hour: hour_ && table.shows("hour") ? path(hour_.service_level) : "",
      ...told_, ...apart(channel, told_),
    };
  }

  /* What a channel has none of by its nature is no zero: nothing stands there until there is one. */
  function apart(channel, { promises, due, unanswered }) {
    return {
      promises: promises || due || PROMISES.includes(channel) ? promises : undefined,
      unanswered: unanswered || MESSAGES.includes(channel) ? unanswered : undefined,
    };
  }

  /* A cell is drawn anew when what it is sorted by changes. */
  const stands = (rank, state, word) => `${String(rank).padStart(6, "0")} ${state} ${word}`;

  function values({ now, figures, counts: happened }, asOf) {
    const shown = fw.format.csat(happened, figures);
    return {
      waiting: now.waiting, over: now.waiting_over_target,
      oldest: now.waiting && fw.format.given(now.oldest_wait_s) ? Math.round((asOf - now.oldest_wait_s * MS) / TENTH_MS) * TENTH_MS : null,
      level: figures.service_level, asa: figures.average_speed_of_answer_s, abandoned: figures.abandonment_rate,
      // Of equal shares that of more answers is the more; and its cell is drawn anew when n rises.
      csat: happened.csat_n ? figures.csat_score + happened.csat_n * TIE : null, csatValue: fw.format.plain(shown.value), csatN: shown.n, csatWords: shown.value[0][1] === "words",
      promises: now.callbacks_open, overdue: now.callbacks_overdue, due: happened.callbacks_due, unanswered: now.conversations_unanswered,
      talking: sum([now.in_conversation, now.on_hold, now.wrapping]),
      free: now.agents_available, staffed: now.agents_staffed, aht: figures.average_handle_time_s,
    };
  }

  const sum = (parts) => (parts.every(fw.format.given) ? parts.reduce((a, b) => a + b, 0) : null);
  const limit = (label) => (label && Object.keys(label.target_s).length ? 2 * Math.max(...Object.values(label.target_s)) : null);

  /* A row a channel of several queues, with the channel's own figures where it has some, what its queues
     were promised together, and the state of the worst of them. Agents are in queues of many channels. */
  function groups(picture, rows, asOf) {
    const found = new Map();
    rows.forEach((one) => {
      if (!found.has(one.channel)) found.set(one.channel, []);
      found.get(one.channel).push(one);
    });
    return [...found].filter(([, members]) => members.length > 1).map(([channel, members]) => {
      members.forEach((one) => { one.member = true; });
      const section = picture.figures.channels[channel], worst = members[0], name = fw.channels.name(channel), open = !shut.has(channel) || sought.length > 0;
      return {
        id: `c ${channel}`, channel, group: true, name, titled: `${name} ${open} ${members.length}`, queues: members.length,
        rank: worst.rank, state: worst.state, word: worst.word, stands: worst.stands, reasons: "", limit: null, hour: "", open,
        ...(section ? values(section, asOf) : {}), ...together(members), free: undefined, staffed: undefined,
      };
    });
  }

  /* Of figures that are of queues alone. */
  function together(members) {
    const of = (name) => { const known = members.map((one) => one[name]).filter(fw.format.given); return known.length ? known.reduce((a, b) => a + b, 0) : undefined; };
    return { promises: of("promises"), overdue: of("overdue"), unanswered: of("unanswered") };
  }

  /* As the table sorts them, but each channel's queues under its row: the channels by their first. */
  function order(nodes) {
    if (!grouped) return;
    const heads = new Map(), members = new Map();
    nodes.forEach((node) => {
      if (node.data.group) { heads.set(node.data.channel, node); return; }
      if (!members.has(node.data.channel)) members.set(node.data.channel, []);
      members.get(node.data.channel).push(node);
    });
    // What is folded away has its place by its head alone.
    const channels = [...new Set(nodes.map((node) => node.data.channel))];
    nodes.splice(0, nodes.length, ...channels.flatMap((channel) => [heads.get(channel), ...(members.get(channel) || [])].filter(Boolean)));
  }

  const text = (data) => `${data.name} ${data.queue} ${fw.channels.name(data.channel)} ${data.word}`.toLowerCase();
  const matches = (data) => { const words = sought.length ? text(data) : ""; return sought.every((word) => words.includes(word)); };

  function passes(data) {
    if (!data.group) return matches(data) && (!grouped || sought.length > 0 || !(data.member && shut.has(data.channel)));
    if (!grouped) return false;
    if (!sought.length) return true;
    for (const row_ of table.rows.values()) if (!row_.group && row_.channel === data.channel && matches(row_)) return true;
    return false;
  }

  function find(words) {
    sought = words;
    table.filter();
  }

  function none() {
    const nothing = counts.all > 0 && !counts.shown && (sought.length > 0);
    fw.liveGrid.none(table, nothing ? fw.t("No queue has «{words}» in its name, channel or status.", { words: sought.join(" ") }) : "");
  }

  function turn(data, open) {
    if (open === undefined ? shut.has(data.channel) : open) shut.delete(data.channel);
    else shut.add(data.channel);
    fw.address.set({ shut: [...shut].join(",") || null });
  }

  const group = (on) => fw.address.set({ group: on ? null : "none" });

  function redraw() {
    const newest = fw.alertStrip.newest();
    if (newest && newest.picture) draw(newest.picture, newest.standing);
    table.filter();
  }

  const turnedTo = () => { if (skipped) redraw(); };

  function pressed(data, column) {
    const of = BEHIND[column];
    if (data.group && column === "name") turn(data);
    else if (column === "free" && !data.group) told.agents(data);
    else if (of && fw.format.given(data[column]) && !(data.group && column === "promises")) told.behind(data, column, of);
    else if (!data.group) told.open(data.queue);
    else turn(data);
  }

  /* Cells. */

  /* The name, and under it the status where its column has no room. */
  function named({ data }) {
    const folded = status({ data });
    folded.classList.add("folded-status");
    return fw.dom.make("span", "named", data.group ? head(data) : fw.dom.make("span", data.member ? "queue-name is-member" : "queue-name", data.name), folded);
  }

  function head(data) {
    const { make } = fw.dom;
    const sign = make("span", "mark", data.open ? "▾" : "▸"), made = make("span", "group-name", sign, data.name, " ", make("span", "group-count", fw.tn("{n} queue", "{n} queues", data.queues)));
    sign.setAttribute("aria-hidden", "true");
    made.append(fw.dom.make("span", "unseen", data.open ? fw.t("unfolded") : fw.t("folded")));
    return made;
  }

  const status = ({ data }) => fw.liveGrid.marked(fw.tile.MARKS[data.state], data.word);

  function noted(value, note, tone) {
    const made = fw.dom.make("span", "noted", value);
    if (!note) return made;
    const beside_ = fw.dom.make("span", "note", note);
    if (tone) beside_.dataset.tone = tone;
    made.append(" ", beside_);
    return made;
  }

  const satisfied = ({ data }) => noted(data.csatWords ? fw.dom.make("span", "words", data.csatValue) : data.csatValue || "", data.csatN);
  const promised = ({ data, value }) => noted(fw.liveGrid.whole({ value }), data.overdue ? fw.t("{n} overdue", { n: data.overdue }) : "", "bad");
  const free = ({ data, value }) => noted(fw.liveGrid.whole({ value: data.staffed || value || value === undefined ? value : null }), data.staffed ? fw.t("of {all}", { all: data.staffed }) : "");

  function hour({ value }) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 59 100");
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    svg.setAttribute("class", "cell-spark");
    if (value) [["spark-goal", `M0 ${100 - goal * 100}H59`], ["spark-line", value]].forEach(([name, d]) => {
      const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
      line.setAttribute("class", name);
      line.setAttribute("d", d);
      svg.append(line);
    });
    return svg;
  }

  const path = (levels) => fw.sparkline.pathOf(levels);

  function byName(a, b) { return a.split("\n", 1)[0].localeCompare(b.split("\n", 1)[0]); }

  fw.queueTable = {
    start, draw, find, group, redraw, sort, turnedTo, grouped: () => grouped, counts: () => counts, table: () => table,
    choose: (queue) => fw.liveGrid.choose(table, queue === null ? null : `q ${queue}`),
  };
})();
