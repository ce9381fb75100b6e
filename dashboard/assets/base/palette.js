/* The command palette (Ctrl-K): one field that leads to screens, queues, agents and actions, from any
   screen. What is found is what begins with, then what has, all the words. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const SHOWN_MAX = 40, AGENTS_MIN = 2;
  let field = null, found = [], at = 0, agents = null, missing = "", asking = false;

  const dialog = () => document.getElementById("palette");
  const list = () => document.getElementById("palette-list");

  function prepare() {
    if (field) return;
    field = fw.dom.make("input", "field palette-field");
    Object.assign(field, { type: "text", id: "palette-field", autocomplete: "off", spellcheck: false });
    const told = { role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-autocomplete": "list", "aria-label": fw.t("Go to a screen, queue, agent or action") };
    Object.entries(told).forEach(([name, value]) => fw.dom.attribute(field, name, value));
    field.placeholder = fw.t("Screen, queue, agent or action");
    document.getElementById("palette-place").append(field);
    field.addEventListener("input", () => { at = 0; show(); });
    field.addEventListener("keydown", pressed);
    list().addEventListener("click", (event) => { const row = event.target.closest("[data-index]"); if (row) go(Number(row.dataset.index)); });
    dialog().addEventListener("click", (event) => { if (event.target === dialog()) dialog().close(); });
  }

  function open() {
    const others = document.querySelector("dialog[open]");
    if (others === dialog()) { dialog().close(); return; }
    prepare();
    field.value = "";
    at = 0;
    agents = null;
    missing = "";
    dialog().showModal();
    field.focus();
    fw.boardsMenu.ask().then(() => { if (dialog().open) show(); });
    show();
  }

  /* All there is to go to: { kind, name, words, run }. */
  function all() {
    const picture = (fw.alertStrip.newest() || {}).picture;
    const screens = Array.from(document.querySelectorAll(".screens a:not([hidden], [aria-current])"), (way) => entry(fw.t("Screen"), way.textContent, "", () => way.click()));
    const queues = picture ? Object.keys(picture.figures.queues).map((queue) => {
      const label = picture.labels[queue], name = label ? label.name : queue;
      return entry(fw.t("Queue"), name, `${queue} ${fw.channels.name(fw.channels.of(label))}`, () => to("queue", queue));
    }) : [];
    const people = (agents || []).map((agent) => entry(fw.t("Agent"), agent.agent, agent.team || "", () => to("agent", agent.agent)));
    const boards = fw.boardsMenu.known().map((board) => entry(fw.t("Board"), board.title, board.name, () => location.assign(fw.boardsMenu.way({ board: board.name }))));
    return [...screens, ...actions(), ...boards, ...queues, ...people];
  }

  const entry = (kind, name, words, run) => ({ kind, name, run, text: `${kind} ${name} ${words}`.toLowerCase(), head: name.toLowerCase() });

  function actions() {
    const kind = fw.t("Action");
    const press = (id) => { const button = document.getElementById(id); return button && !button.hidden ? () => button.click() : null; };
    const { theme, order } = fw.view.current();
    const told = [
      [theme === "dark" ? fw.t("Switch to the light theme") : fw.t("Switch to the dark theme"), press("theme")],
      [order === "worst" ? fw.t("Keep queues in a fixed order") : fw.t("Order queues worst first"), press("order")],
      [fw.t("Sound of alerts on or off"), press("sound")],
      [fw.t("Keys of this screen"), press("supervisor-keys") || press("keys")],
    ];
    return told.filter(([, run]) => run).map(([name, run]) => entry(kind, name, "", run)).concat(languages(kind));
  }

  /* As the switch of languages offers them, where a screen has one. */
  function languages(kind) {
    const choice = document.querySelector("select#language");
    if (!choice) return [];
    return Array.from(choice.options, (option) => entry(kind, fw.t("Language: {name}", { name: option.textContent }), option.value, () => {
      choice.value = option.value;
      choice.dispatchEvent(new Event("change", { bubbles: true }));
    }));
  }

  /* On the supervisor's screen it is opened in its place, elsewhere there. */
  function to(what, name) {
    if (fw.supervisor && document.getElementById("supervisor")) {
      if (what === "queue") fw.supervisor.openQueue(name);
      else fw.supervisor.openAgent(name);
      return;
    }
    location.assign(fw.address.link(`/supervisor?${new URLSearchParams({ [what]: name })}`));
  }

  function show() {
    const words = field.value.trim().toLowerCase().split(/\s+/).filter(Boolean), typed = words.join(" ");
    if (typed.length >= AGENTS_MIN) askAgents();
    const fits = all().filter((one) => words.every((word) => one.text.includes(word)));
    const begins = (one) => Number(!typed || !one.head.startsWith(typed));
    found = fits.map((one, index) => [begins(one), index, one]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, , one]) => one).slice(0, SHOWN_MAX);
    at = Math.max(0, Math.min(at, found.length - 1));
    list().replaceChildren(...found.map(row));
    mark();
    const more = fits.length - found.length;
    fw.dom.text(document.getElementById("palette-told"), !found.length ? missing || fw.t("Nothing of that name.") : more > 0 ? fw.tn("{n} more; write on to narrow it.", "{n} more; write on to narrow it.", more) : "");
  }

  function row(one, index) {
    const { make } = fw.dom, made = make("li", "palette-row", make("span", "palette-name", one.name), make("span", "palette-kind", one.kind));
    made.id = `palette-${index}`;
    made.dataset.index = String(index);
    made.setAttribute("role", "option");
    return made;
  }

  function mark() {
    Array.from(list().children).forEach((one, index) => fw.dom.attribute(one, "aria-selected", String(index === at)));
    fw.dom.attribute(field, "aria-activedescendant", found.length ? `palette-${at}` : null);
    const chosen = list().children[at];
    if (chosen) chosen.scrollIntoView({ block: "nearest" });
  }

  /* Asked for once an opening, and only where somebody writes. */
  async function askAgents() {
    if (agents || asking) return;
    asking = true;
    try {
      agents = (await fw.http.get("/api/v1/agents")).agents;
    } catch (error) {
      // Asked for again with the next opening; until then it is said that some are missing.
      agents = [];
      missing = fw.t("The agents are not told: {why}.", { why: error.message });
    }
    asking = false;
    if (dialog().open) show();
  }

  function pressed(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (event.key in steps) {
      event.preventDefault();
      at = Math.max(0, Math.min(found.length - 1, at + steps[event.key]));
      mark();
    } else if (event.key === "Enter") {
      event.preventDefault();
      go(at);
    }
  }

  function go(index) {
    const chosen = found[index];
    if (!chosen) return;
    dialog().close();
    chosen.run();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || event.altKey || event.shiftKey || !(event.ctrlKey || event.metaKey) || !dialog()) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("click", (event) => { if (event.target.closest && event.target.closest("#palette-open")) open(); });
})();
