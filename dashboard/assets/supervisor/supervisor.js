/* The supervisor's screen: which table is looked at, what is sought in it, and what is open beside it.
   All of it stands in the address. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const VIEWS = ["queues", "agents"];
  let started = false, find = null;

  function draw(frame, view) {
    start();
    if (!frame || !frame.picture) return window.dash_clientside.no_update;
    const { picture, standing } = frame, empty = fw.noEvents(picture);
    document.documentElement.dataset.floor = empty ? "empty" : "drawn";
    document.getElementById("empty").hidden = !empty;
    titled(picture.title);
    fw.floor.sentence(standing);
    fw.queueTable.draw(picture, standing);
    fw.queuesTaken.drawn(picture, standing);
    if (ordered !== (view || fw.view.current()).order) order((view || fw.view.current()).order);
    fw.beside.draw(picture, standing);
    fw.freshness.tick();
    return frame.seq;
  }

  function titled(name) {
    const title = `${fw.t("Supervisor")} · ${name}`;
    fw.dom.text(document.getElementById("title"), title);
    if (document.title.replace(/^\(\d+\) /, "") !== title) document.title = title;
    fw.alertStrip.show();
  }

  let ordered = null;

  /* The usual order is the viewer's, which holds until another is chosen by a column's head. */
  function order(next) {
    if (ordered !== null && fw.queueTable.table().api) fw.queueTable.sort();
    ordered = next;
  }

  function start() {
    if (started) return;
    started = true;
    field();
    fw.queueTable.start({ open: openQueue, behind, agents: agentsOf, counted: (counts) => counted("queues", counts) });
    fw.agentTable.start({ open: openAgent, queue: openQueue, behind: behindAgent, counted: (counts) => counted("agents", counts) });
    VIEWS.forEach((view) => tab(view).addEventListener("click", () => turnTo(view)));
    document.getElementById("grouping").addEventListener("click", () => { fw.queueTable.group(!fw.queueTable.grouped()); });
    document.getElementById("supervisor-keys").addEventListener("click", fw.supervisorKeys.help);
    fw.supervisorKeys.start();
    fw.beside.start();
    fw.address.listen(["view", "find", "group"], look);
    fw.address.listen(["queue", "agent"], opened);
    look();
    opened();
    // Who came from a tile of the wall goes on at its queue.
    if (document.activeElement === document.body) fw.beside.focus();
  }

  function field() {
    find = fw.dom.make("input", "field");
    Object.assign(find, { type: "search", id: "find", autocomplete: "off", spellcheck: false });
    fw.dom.attribute(find, "aria-keyshortcuts", "/");
    document.getElementById("find-place").append(find);
    find.addEventListener("input", () => fw.address.set({ find: find.value.trim() || null }));
    find.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && find.value) { event.stopPropagation(); fw.address.set({ find: null }); }
      if (event.key === "Enter" || event.key === "ArrowDown") { event.preventDefault(); focusTable(); }
    });
  }

  const tab = (view) => document.getElementById(view === "queues" ? "queue-grid-tab" : "agent-grid-tab");
  const view = () => fw.address.get("view", VIEWS) || "queues";
  const shownTable = () => (view() === "queues" ? fw.queueTable : fw.agentTable);

  function turnTo(next, more) {
    fw.address.set({ view: next === "queues" ? null : next, find: null, ...more }, { step: true });
  }

  /* From the address to the page. */
  function look() {
    const now = view(), asked = fw.address.get("find") || "";
    VIEWS.forEach((one) => {
      fw.dom.attribute(tab(one), "aria-selected", String(one === now));
      tab(one).tabIndex = one === now ? 0 : -1;
      document.getElementById(tab(one).getAttribute("aria-controls")).hidden = one !== now;
    });
    if (find.value.trim() !== asked) find.value = asked;
    const words = now === "queues" ? fw.t("Filter by queue, channel or status") : fw.t("Filter by agent, team, queue or state");
    find.placeholder = words;
    fw.dom.attribute(find, "aria-label", words);
    if (now === "queues") fw.queueTable.turnedTo();
    shownTable().find(asked.toLowerCase().split(/\s+/).filter(Boolean));
    fw.agentTable.follow(now === "agents");
    grouping();
    found();
    fw.liveGrid.fit();
  }

  function grouping() {
    const button = document.getElementById("grouping"), on = fw.queueTable.grouped();
    button.hidden = view() !== "queues";
    fw.dom.text(button, on ? fw.t("By channel") : fw.t("One list"));
    fw.dom.attribute(button, "aria-label", on ? fw.t("Grouped by channel. Press for one list") : fw.t("One list. Press to group by channel"));
  }

  function counted(name, { all }) {
    fw.dom.text(fw.dom.part(tab(name), "count"), all ? fw.format.plain(fw.format.count(all)) : "");
    found();
  }

  function found() {
    const { shown, all } = shownTable().counts(), place = document.getElementById("found");
    fw.dom.text(place, fw.address.get("find") ? fw.t("{shown} of {all} shown", { shown, all }) : "");
  }

  const openQueue = (queue) => fw.address.set({ queue, agent: null }, { step: true });
  const openAgent = (agent) => fw.address.set({ agent, queue: null }, { step: true });
  const close = () => fw.address.set({ agent: null, queue: null }, { step: true });
  const agentsOf = (row) => turnTo("agents", { find: row.name });

  function opened() {
    const queue = fw.address.get("queue"), agent = fw.address.get("agent");
    // What has the focus there goes with the panel.
    const inside = document.getElementById("beside").contains(document.activeElement);
    fw.beside.open(queue !== null ? { queue } : agent !== null ? { agent } : null);
    fw.queueTable.choose(queue);
    fw.agentTable.choose(agent);
    fw.liveGrid.fit();
    if (queue === null && agent === null && inside) focusTable();
  }

  function behind(row, column, of) {
    fw.contactsList.open({ title: row.name, of, queue: row.group ? null : row.queue, channel: row.group ? row.channel : null });
  }

  function behindAgent(row, of) {
    fw.contactsList.open({ title: row.agent, of, agent: row.agent });
  }

  /* To the cell that had it last, or the first. */
  function focusTable() {
    const { api, element } = shownTable().table();
    if (!api || !api.getDisplayedRowCount()) return;
    const cell = api.getFocusedCell();
    const chosen = api.getSelectedNodes()[0];
    const index = chosen && chosen.displayed ? chosen.rowIndex : cell && cell.rowIndex < api.getDisplayedRowCount() ? cell.rowIndex : 0;
    api.ensureIndexVisible(index);
    api.setFocusedCell(index, cell ? cell.column : api.getAllDisplayedColumns()[0]);
    if (!element.contains(document.activeElement)) element.querySelector(".ag-cell")?.focus();
  }

  fw.supervisor = { turnTo, view, openQueue, openAgent, close, focusTable, focusFind: () => { find.focus(); find.select(); } };
  const supervisor = { draw, switched: () => fw.view.switched() };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { supervisor });
})();
