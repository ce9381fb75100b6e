/* Contacts as rows: how long each waits, counting, and what it was promised, counting down. A row keeps
   its place as long as its contact is there; a column stands where any contact has something in it. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const MS = 1000, NONE = "–", SOON_SHARE = 0.25, SOON_S = 10, SOON_PROMISE_S = 120;

  /* To the second today, and on another day as everywhere. */
  const clock = (instant) => fw.times.moment(instant, fw.times.clock);

  const COLUMNS = () => [
    ["contact", fw.t("Contact"), (one) => one.contact],
    ["due", fw.t("Promise"), (one) => (one.due ? "due" : NONE)],
    ["waits", fw.t("Wait"), (one) => (fw.format.given(one.waited_s) ? "waits" : NONE)],
    ["since", fw.t("Since"), (one) => (one.since ? clock(Date.parse(one.since)) : NONE)],
    ["state", fw.t("State"), (one) => fw.agentWords.contact(one.state) || NONE],
    ["queue", fw.t("Queue"), (one) => (one.queue ? queueName(one.queue) : NONE)],
    ["channel", fw.t("Channel"), (one) => (one.channel ? fw.channels.name(one.channel) : NONE)],
    ["agent", fw.t("Agent"), (one) => one.agent || NONE],
    ["priority", fw.t("Priority"), (one) => (fw.format.given(one.priority) ? String(one.priority) : NONE)],
    ["about", fw.t("About"), (one) => [...[one.intent, one.language, one.segment, one.journey_stage].filter(Boolean).map(fw.agentWords.spoken), one.redial_of ? fw.t("calls again") : ""].filter(Boolean).join(" · ") || NONE],
  ];

  function queueName(queue) {
    const picture = (fw.alertStrip.newest() || {}).picture;
    return picture && picture.labels[queue] ? picture.labels[queue].name : queue;
  }

  /* An empty table without the columns in `without`. */
  function make(label, without) {
    const { make: tag } = fw.dom, columns = COLUMNS().filter(([name]) => !without.includes(name));
    const heads = columns.map(([name, words]) => { const cell = tag("th", "", words); cell.scope = "col"; cell.dataset.column = name; return cell; });
    const body = tag("tbody"), element = tag("table", "contacts-table contact-rows", tag("thead", "", tag("tr", "", ...heads)), body);
    fw.dom.attribute(element, "aria-label", label);
    return { element, body, heads, columns };
  }

  function draw(table, contacts) {
    const known = new Map(Array.from(table.body.rows, (row) => [row.dataset.key, row]));
    const there = new Set(table.columns.filter(([, , read]) => contacts.some((one) => read(one) !== NONE)).map(([name]) => name));
    table.heads.forEach((head) => { head.hidden = !there.has(head.dataset.column); });
    contacts.forEach((one, index) => {
      const key = `${one.contact} ${one.due || ""}`, row = known.get(key) || rowOf(table, key, one.contact);
      known.delete(key);
      if (table.body.rows[index] !== row) table.body.insertBefore(row, table.body.rows[index] || null);
      fill(table, row, one, there);
    });
    known.forEach((row) => row.remove());
    countIn(table.element);
  }

  function rowOf(table, key, contact) {
    const cells = table.columns.map(([name, words], index) => {
      const cell = fw.dom.make(index ? "td" : "th");
      if (!index) cell.scope = "row";
      cell.dataset.column = name;
      cell.dataset.heading = words;
      return cell;
    });
    cells[0].append(fw.dom.tail(contact));
    const row = fw.dom.make("tr", "", ...cells);
    row.dataset.key = key;
    return row;
  }

  const stands = (one) => ["waiting", "unanswered"].includes(one.state);

  function fill(table, row, one, there) {
    table.columns.forEach(([name, , read], index) => {
      const cell = row.cells[index];
      cell.hidden = !there.has(name);
      if (name === "due" && one.due) due(cell, one);
      else if (name === "waits" && fw.format.given(one.waited_s)) waits(cell, one);
      else if (index) fw.dom.text(cell, read(one));
    });
  }

  function waits(cell, one) {
    if (stands(one) && one.since) cell.dataset.since = String(Date.parse(one.since));
    else { delete cell.dataset.since; fw.dom.text(cell, spelled(one.waited_s)); }
    fw.dom.attribute(cell, "data-over", one.over_target && !one.due ? "true" : null);
  }

  /* What is still open counts down to when it breaks, and up from then on. */
  function due(cell, one) {
    if (!cell.firstElementChild) {
      const mark = fw.dom.make("span", "mark");
      mark.setAttribute("aria-hidden", "true");
      cell.replaceChildren(mark, fw.dom.make("span", "due-word"));
    }
    cell.dataset.due = String(Date.parse(one.due));
    cell.dataset.soon = String(one.state === "promised" ? SOON_PROMISE_S : Math.max(SOON_S, SOON_SHARE * (one.target_s || 0)));
    cell.dataset.open = String(stands(one) || one.state === "promised");
    if (cell.dataset.open === "false") {
      fw.dom.text(cell.children[0], one.over_target ? "◆" : "");
      fw.dom.text(cell.children[1], one.over_target ? fw.t("over target") : fw.t("in target"));
      fw.dom.attribute(cell, "data-state", one.over_target ? "watch" : null);
    }
  }

  const spelled = (seconds) => fw.format.plain(fw.format.duration(seconds));

  function countIn(root) {
    const now = fw.freshness.floorNow();
    if (now === null) return;
    root.querySelectorAll("td[data-since]").forEach((cell) => fw.dom.text(cell, spelled((now - Number(cell.dataset.since)) / MS)));
    root.querySelectorAll('td[data-open="true"]').forEach((cell) => {
      const left = (Number(cell.dataset.due) - now) / MS, state = left < 0 ? "trouble" : left <= Number(cell.dataset.soon) ? "watch" : "";
      fw.dom.text(cell.children[0], { trouble: "▲", watch: "◆" }[state] || "");
      fw.dom.text(cell.children[1], left < 0 ? fw.t("broken for {time}", { time: spelled(-left) }) : state ? fw.t("breaks in {time}", { time: spelled(Math.ceil(left)) }) : fw.t("due in {time}", { time: spelled(Math.ceil(left)) }));
      fw.dom.attribute(cell, "data-state", state || null);
    });
  }

  /* To take away: exact values, under the names of the API, as of when they were told. */
  const TAKEN = ["as_of", "contact", "queue", "channel", "state", "since", "at", "due", "overdue", "waited_s", "target_s", "over_target", "agent", "priority", "language", "segment", "intent", "journey_stage", "redial_of"];
  const taken = ({ as_of, contacts }) => ({ columns: TAKEN.map((key) => [key, key]), rows: contacts.map((one) => ({ as_of, ...one })) });

  document.addEventListener("DOMContentLoaded", () => fw.freshness.follow(() => document.querySelectorAll(".contact-rows").forEach(countIn)));
  fw.contactRows = { make, draw, taken, clock };
})();
