/* The builder: a board is changed beside itself, and seen as it will be. What is changed is a draft
   until it is saved. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const CHECK_AFTER_MS = 400, FIRST_TILES = 6, NAME = /^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$/;
  let draft = null, saved = "", chosen = null, open = false, timer = null, asked = 0, of = null, name = "", sure = false, known = [];

  const place = () => document.getElementById("builder");
  const make = (...told) => fw.dom.make(...told);
  const page = () => draft.pages[Math.min(fw.pager.at(), draft.pages.length - 1)];
  const changed = () => JSON.stringify(draft) !== saved;

  /* Show or hide the builder as the address says; begin with the board that is seen, or a new one. */
  function show() {
    const on = fw.boards.building();
    if (on && of !== fw.boards.name() && (!open || fw.boards.name() !== name)) close();
    if (on === open) return;
    if (!on) { close(); return; }
    const kept = fw.boards.kept(), seen = fw.boards.name();
    // It is asked for; the next frame comes here again.
    if (seen !== null && !kept && !fw.boards.problem()) return;
    open = true;
    of = seen;
    draft = structuredClone(kept && seen ? kept.board : fresh());
    name = seen && kept && kept.by === "file" ? `${seen}-2` : seen || "";
    saved = JSON.stringify(draft);
    chosen = null;
    known = [];
    document.documentElement.dataset.build = "on";
    place().hidden = false;
    draw();
    fw.boards.use(draft);
    fw.wall.fit();
  }

  function close() {
    if (!open) return;
    open = false;
    draft = null;
    delete document.documentElement.dataset.build;
    place().hidden = true;
    fw.boards.use(null);
  }

  /* A board to begin with: what the wall shows first. */
  function fresh() {
    const order = fw.wall.newest().standing.worst_first.slice(0, FIRST_TILES);
    const tiles = order.length ? order.map((queue) => ({ kind: "queue", queue, size: "1x1" })) : [{ kind: "floor", size: "1x1" }];
    return { title: fw.t("New board"), turn_s: 20, floor: true, ticker: true, thanks: "count", names: {}, pages: [{ title: null, columns: null, tiles }] };
  }

  /* Change the draft by `how`, and see it at once. */
  function change(how, { redraw = true } = {}) {
    const next = structuredClone(draft);
    how(next, next.pages[Math.min(fw.pager.at(), next.pages.length - 1)]);
    put(next, { redraw });
  }

  function put(next, { redraw = true } = {}) {
    draft = next;
    fw.boards.use(draft);
    if (redraw) draw();
    clearTimeout(timer);
    timer = setTimeout(check, CHECK_AFTER_MS);
  }

  async function check() {
    if (!open) return;
    const mine = (asked += 1);
    try {
      const told = await fw.http.post("/api/v1/boards/check", { name: NAME.test(name) ? name : "board", board: draft });
      if (mine === asked && open) problems(wrong(told));
    } catch (error) {
      if (mine === asked && open) problems([fw.format.sentence(error.message)]);
    }
  }

  /* Each says itself where it is: by the numbers that tiles and pages have on the screen. */
  const wrong = (told) => told.problems.map((one) => fw.format.sentence(one.detail));

  function problems(lines) {
    const list = document.getElementById("builder-problems");
    known = lines;
    list.replaceChildren(...lines.map((line) => make("li", "problem", line)));
    document.getElementById("builder-save").disabled = lines.length > 0;
  }

  function say(words) {
    fw.dom.text(document.getElementById("builder-said"), words);
  }

  /* --- the panel ----------------------------------------------------------------------------------- */

  function draw() {
    const focused = document.activeElement && document.activeElement.id;
    const said = document.getElementById("builder-said"), kept = said ? said.textContent : "";
    const told = make("p", "builder-said", kept), list = make("ul", "problems");
    told.id = "builder-said";
    told.setAttribute("role", "status");
    list.id = "builder-problems";
    const body = place().querySelector(".builder-body"), scrolled = body ? body.scrollTop : 0;
    place().replaceChildren(
      make("div", "builder-body", heading(), section(fw.t("Tile"), tileForm()), section(fw.t("Page"), pageForm()), section(fw.t("Board"), boardForm())),
      make("div", "builder-foot", list, told, buttons()));
    place().firstElementChild.scrollTop = scrolled;
    problems(known);
    const again = focused && document.getElementById(focused);
    if (again && place().contains(again)) again.focus();
  }

  function heading() {
    const add = select("builder-add", fw.t("Add a tile"), [["", fw.t("Add a tile …")], ...Object.entries(fw.builderForm.kinds())], "", (kind) => { if (kind) addTile(kind); });
    return make("div", "builder-head", make("h2", "builder-title", fw.t("Builder")), add);
  }

  function section(words, ...children) {
    return make("fieldset", "builder-section", make("legend", "", words), ...children);
  }

  function tileForm() {
    const tile = chosen === null ? null : page().tiles[chosen];
    if (!tile) return make("p", "builder-hint", fw.t("Choose a tile to change it. Drag it to its place, or lift it with the space bar and move it with the arrow keys."));
    const form = fw.builderForm.fields(tile, (how, options) => change((_board, one) => how(one.tiles[chosen]), options), fw.wall.newest().picture);
    const pages = draft.pages.length > 1 ? [select("builder-to-page", fw.t("On page"), draft.pages.map((_one, index) => [String(index), String(index + 1)]), String(fw.pager.at()), toPage)] : [];
    return make("div", "builder-fields", ...form, ...pages,
      make("div", "builder-pair", button("builder-earlier", fw.t("Earlier"), () => shift(-1)), button("builder-later", fw.t("Later"), () => shift(1))),
      button("builder-remove", fw.t("Remove tile"), () => remove(chosen)));
  }

  function pageForm() {
    const { number } = fw.builderForm, at = Math.min(fw.pager.at(), draft.pages.length - 1);
    const tabs = make("div", "builder-pages", ...draft.pages.map((one, index) => {
      const tab = button(`builder-page-${index}`, String(index + 1), () => fw.pager.go(index));
      fw.dom.attribute(tab, "aria-pressed", String(index === at));
      fw.dom.attribute(tab, "aria-label", fw.t("Page {n}", { n: index + 1 }));
      return tab;
    }), button("builder-page-add", fw.t("Add page"), addPage));
    return make("div", "builder-fields", tabs,
      input("builder-page-title", fw.t("Title of the page"), page().title || "", (value) => change((_board, one) => { one.title = value || null; }, { redraw: false })),
      number("builder-columns", fw.t("Columns (empty: as fits)"), page().columns, (value) => change((_board, one) => { one.columns = value; }, { redraw: false })),
      ...(draft.pages.length > 1 ? [button("builder-page-remove", fw.t("Remove page"), removePage)] : []));
  }

  function boardForm() {
    const { number, tick } = fw.builderForm, set = (key) => (value) => change((board) => { board[key] = value; }, { redraw: false });
    return make("div", "builder-fields",
      input("builder-board-title", fw.t("Title"), draft.title, set("title")),
      input("builder-name", fw.t("Name in the link"), name, (value) => { name = value; }),
      input("builder-by", fw.t("Your name"), fw.builderName.get(), (value) => fw.builderName.set(value)),
      number("builder-turn", fw.t("Seconds a page is shown (0: never turned)"), draft.turn_s, (value) => set("turn_s")(value === null ? 0 : value)),
      tick("builder-floor", fw.t("The floor's six figures above"), draft.floor, set("floor")),
      tick("builder-ticker", fw.t("Alerts along the foot"), draft.ticker, set("ticker")),
      select("builder-thanks", fw.t("Thanks"), [["none", fw.t("not told")], ["count", fw.t("how many")], ["teams", fw.t("to which teams")], ["names", fw.t("first names that stand here")]], draft.thanks, (value) => change((board) => { board.thanks = value; })),
      ...(draft.thanks === "names" ? [fw.builderForm.input("builder-names", fw.t("First names, a line each: agent, name"), names(draft.names), (value) => set("names")(named(value)), "long")] : []));
  }

  /* «a-17, Maria», a line each. */
  const names = (told) => Object.entries(told).map(([agent, first]) => `${agent}, ${first}`).join("\n");

  function named(text) {
    const pairs = text.split("\n").map((line) => [line.slice(0, line.lastIndexOf(",")).trim(), line.slice(line.lastIndexOf(",") + 1).trim()]);
    return Object.fromEntries(pairs.filter(([agent, first]) => agent && first));
  }

  function buttons() {
    const row = make("div", "builder-buttons",
      button("builder-save", fw.t("Save"), save, "is-main"), button("builder-export", fw.t("Export"), exported), button("builder-leave", fw.t("Leave"), leave));
    const kept = fw.boards.kept();
    if (kept && kept.by !== "file" && of) row.append(button("builder-drop", fw.t("Let go of this board"), drop));
    return row;
  }

  function button(id, words, press, more) {
    const made = make("button", `action${more ? ` ${more}` : ""}`, words);
    made.id = id;
    made.type = "button";
    made.addEventListener("click", press);
    return made;
  }

  const input = (id, words, value, take) => fw.builderForm.input(id, words, value, take);
  const select = (id, words, options, value, take) => fw.builderForm.select(id, words, options, value, take);

  /* --- what is done --------------------------------------------------------------------------------- */

  function addTile(kind) {
    const tile = fw.builderForm.blank(kind, fw.wall.newest().picture);
    chosen = page().tiles.length;
    change((_board, one) => { one.tiles.push(tile); });
    say(fw.t("Added: {what}.", { what: fw.builderForm.kinds()[kind] }));
    const added = fw.boardPage.tiles()[chosen];
    if (added) added.scrollIntoView({ block: "nearest" });
  }

  function remove(index) {
    if (page().tiles.length < 2) { say(fw.t("A page needs one tile at least.")); return; }
    change((_board, one) => { one.tiles.splice(index, 1); }, { redraw: false });
    choose(Math.min(index, page().tiles.length - 1));
    const next = fw.boardPage.tiles()[chosen];
    if (next) next.focus();
    say(fw.t("Taken away."));
  }

  function addPage() {
    chosen = null;
    const next = structuredClone(draft);
    next.pages.push({ title: null, columns: null, tiles: [{ kind: "floor", size: "1x1" }] });
    put(next, { redraw: false });
    fw.pager.go(next.pages.length - 1);
    draw();
  }

  function removePage() {
    const at = fw.pager.at(), next = structuredClone(draft);
    chosen = null;
    next.pages.splice(at, 1);
    put(next, { redraw: false });
    fw.pager.go(Math.max(0, at - 1));
    draw();
  }

  function toPage(to) {
    if (page().tiles.length < 2) { say(fw.t("A page needs one tile at least.")); draw(); return; }
    const from = fw.pager.at(), next = structuredClone(draft), [tile] = next.pages[from].tiles.splice(chosen, 1);
    next.pages[Number(to)].tiles.push(tile);
    put(next, { redraw: false });
    fw.pager.go(Number(to));
    choose(next.pages[Number(to)].tiles.length - 1);
  }

  /* Another page is seen, by whatever turned it: what was chosen is none of its tiles. */
  function turned() {
    if (!open) return;
    chosen = null;
    draw();
    dress(fw.boardPage.tiles());
  }

  function choose(index) {
    if (chosen !== index) { chosen = index; draw(); }
    dress(fw.boardPage.tiles());
  }

  /* A tile moved from one place among its page's to another. */
  function move(from, to) {
    change((_board, one) => { one.tiles.splice(to, 0, ...one.tiles.splice(from, 1)); }, { redraw: false });
    chosen = to;
    draw();
    dress(fw.boardPage.tiles());
  }

  /* The same by a button, for who neither drags nor has keys. */
  function shift(by) {
    const to = chosen + by;
    if (to < 0 || to >= page().tiles.length) return;
    move(chosen, to);
    say(fw.t("Now number {n} of {all}.", { n: to + 1, all: page().tiles.length }));
  }

  /* Where that is not known, the answer to saving says why. */
  async function isKept(board) {
    return fw.http.get("/api/v1/boards").then(({ boards }) => boards.some((one) => one.name === board), () => false);
  }

  async function save() {
    const by = fw.builderName.get();
    if (!NAME.test(name)) { say(fw.t("Give it a name of small letters, digits and hyphens: it stands in the link.")); document.getElementById("builder-name").focus(); return; }
    if (!by) { say(fw.t("Say who saves it.")); document.getElementById("builder-by").focus(); return; }
    const sent = JSON.stringify(draft), to = name;
    // Another's board is not replaced without a word.
    if (to !== of && (await isKept(to)) && !window.confirm(fw.t("There is a board {name} already. Replace it?", { name: to }))) return;
    try {
      await fw.http.put(`/api/v1/boards/${encodeURIComponent(to)}`, { by, board: draft });
      saved = sent;
      of = to;
      fw.address.set({ board: to });
      say(fw.t("Saved: every dashboard of this floor has it as {name}, at {address}", { name: to, address: new URL(`/?board=${to}`, location.href) }));
    } catch (error) {
      say(fw.format.sentence(error.message));
    }
  }

  /* The board as a file for --boards, saved or not. */
  async function exported() {
    try {
      const told = await fw.http.post("/api/v1/boards/check", { name: NAME.test(name) ? name : "board", board: draft });
      if (!told.text) { problems(wrong(told)); return; }
      const link = make("a");
      link.href = URL.createObjectURL(new Blob([told.text], { type: "application/yaml" }));
      link.download = `${NAME.test(name) ? name : "board"}.yaml`;
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (error) {
      say(fw.format.sentence(error.message));
    }
  }

  async function drop() {
    const asking = document.getElementById("builder-drop");
    if (!sure) { sure = true; fw.dom.text(asking, fw.t("Press again to let go of it")); asking.addEventListener("blur", () => { sure = false; fw.dom.text(asking, fw.t("Let go of this board")); }, { once: true }); return; }
    sure = false;
    try {
      await fw.http.remove(`/api/v1/boards/${encodeURIComponent(of)}`);
      saved = JSON.stringify(draft);
      fw.address.set({ board: null, build: null, page: null }, { step: true });
    } catch (error) {
      say(fw.format.sentence(error.message));
    }
  }

  function leave() {
    if (changed() && !window.confirm(fw.t("Leave without saving?"))) return;
    fw.address.set({ build: null, page: null }, { step: true });
  }

  /* In the builder every tile can be reached, chosen and moved. */
  function dress(tiles) {
    tiles.forEach((element, index) => {
      fw.dom.attribute(element, "tabindex", open ? "0" : null);
      fw.dom.attribute(element, "data-index", open ? String(index) : null);
      fw.dom.attribute(element, "data-chosen", open && index === chosen ? "true" : null);
    });
  }

  document.addEventListener("DOMContentLoaded", () => fw.pager.follow(turned));
  addEventListener("beforeunload", (event) => { if (open && changed()) event.preventDefault(); });
  fw.builder = { show, dress, choose, move, remove, say, put, draft: () => draft, isOpen: () => open };
})();
