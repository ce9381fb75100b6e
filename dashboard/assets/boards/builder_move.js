/* Moving tiles in the builder: dragged by a pointer, or lifted with the space bar and moved with the
   arrow keys. Both change the same thing: the tile's place among its page's. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const DRAG_PX = 6;
  let press = null, ghost = null, over = null, lifted = null, before = null;

  const tileOf = (target) => (target.closest ? target.closest("#board-page > .tile") : null);
  const indexOf = (element) => Number(element.dataset.index);
  const nameOf = (element) => { const name = element.querySelector(".tile-name"); return (name && name.textContent) || element.getAttribute("aria-label") || fw.t("tile"); };

  /* --- by pointer --------------------------------------------------------------------------------- */

  function down(event) {
    const tile = fw.builder.isOpen() && event.button === 0 ? tileOf(event.target) : null;
    // A finger scrolls the page; it has the buttons beside the board.
    if (!tile || event.pointerType === "touch") return;
    press = { x: event.clientX, y: event.clientY, index: indexOf(tile), box: tile.getBoundingClientRect(), tile };
    fw.builder.choose(press.index);
  }

  function moved(event) {
    if (!press) return;
    const x = event.clientX - press.x, y = event.clientY - press.y;
    if (!ghost && Math.hypot(x, y) < DRAG_PX) return;
    if (!ghost) begin();
    ghost.style.transform = `translate(${x}px, ${y}px)`;
    const under = tileOf(document.elementFromPoint(event.clientX, event.clientY) || document.body);
    const target = under && indexOf(under) !== press.index ? indexOf(under) : null;
    // After a move another tile may lie under the pointer: it is a new wish only once that was left.
    if (target === null) over = null;
    else if (under !== over) { over = under; fw.builder.move(press.index, target); press.index = target; }
    event.preventDefault();
  }

  function begin() {
    before = fw.builder.draft();
    ghost = press.tile.cloneNode(true);
    ghost.removeAttribute("tabindex");
    ghost.classList.add("is-ghost");
    Object.assign(ghost.style, { left: `${press.box.left}px`, top: `${press.box.top}px`, width: `${press.box.width}px`, height: `${press.box.height}px`, gridArea: "auto" });
    document.getElementById("screen").append(ghost);
    document.documentElement.dataset.dragging = "on";
  }

  function up() {
    if (ghost) fw.builder.say(placed(press.index));
    end();
  }

  function end() {
    if (ghost) ghost.remove();
    press = ghost = over = null;
    delete document.documentElement.dataset.dragging;
  }

  function cancelled() {
    const undo = ghost ? before : null;
    end();
    if (undo) fw.builder.put(undo);
  }

  /* --- by keyboard -------------------------------------------------------------------------------- */

  const places = () => fw.boardPage.tiles();
  const placed = (index) => fw.t("{name} is number {n} of {all}.", { name: nameOf(places()[index]), n: index + 1, all: places().length });

  function key(event) {
    if (!fw.builder.isOpen()) return;
    if (event.key === "Escape" && ghost) { cancelled(); return; }
    const tile = tileOf(event.target);
    if (!tile || event.target !== tile) return;
    const index = indexOf(tile), by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (event.key === " " || event.key === "Enter") lift(tile, index);
    else if (event.key === "Escape" && lifted !== null) putBack();
    else if (event.key === "Delete" || event.key === "Backspace") { lifted = null; fw.builder.remove(index); }
    else if (by) step(index, by);
    else return;
    event.preventDefault();
  }

  function lift(tile, index) {
    if (lifted !== null) { mark(null); fw.builder.say(fw.t("Put down: {where}", { where: placed(index) })); return; }
    before = fw.builder.draft();
    fw.builder.choose(index);
    mark(index);
    fw.builder.say(fw.t("Lifted: {where} Arrow keys move it, space puts it down, Escape puts it back.", { where: placed(index) }));
  }

  function mark(index) {
    lifted = index;
    places().forEach((element, nth) => fw.dom.attribute(element, "data-lifted", index === nth ? "true" : null));
  }

  function step(index, by) {
    const to = index + by;
    if (to < 0 || to >= places().length) return;
    if (lifted === null) { places()[to].focus(); return; }
    fw.builder.move(index, to);
    mark(to);
    places()[to].focus();
    fw.builder.say(placed(to));
  }

  function putBack() {
    const chosen = before;
    mark(null);
    fw.builder.put(chosen);
    fw.builder.say(fw.t("Put back."));
  }

  function focused(event) {
    const tile = fw.builder.isOpen() ? tileOf(event.target) : null;
    if (!tile || fw.boardPage.isRestoring()) return;
    if (lifted !== null && indexOf(tile) !== lifted) mark(null);
    fw.builder.choose(indexOf(tile));
  }

  document.addEventListener("pointerdown", down);
  document.addEventListener("pointermove", moved);
  document.addEventListener("pointerup", up);
  document.addEventListener("pointercancel", cancelled);
  document.addEventListener("keydown", key);
  document.addEventListener("focusin", focused);
})();
