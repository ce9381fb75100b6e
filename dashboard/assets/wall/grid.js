/* The grid of tiles: as many columns as make them largest, all on one screen where they stay
   readable, else a page to scroll, or on a TV pages that turn. A tile that changes its place is seen
   to move. Those in sight are drawn at every frame, and the others in turn. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  // The size a tile is drawn for; everything in it scales from there (wallboard.css).
  const WIDTH = 454, HEIGHT = 262;
  // Below this a label is under 11 px; then the page scrolls instead.
  const SCALE_MIN = 0.62, SCALE_SCROLLING = 0.72, WIDE_MIN = 1000, HIGH_MIN = 520;
  const MOVE_MS = 450, TURN_S = 15, REST_MS = 1500, FILLED = 20;
  // What is out of sight is at most as many frames behind: no older than what is still fresh.
  const TURNS = fw.freshness.STALE_S;
  const tiles = new Map();
  let laid = "", fitted = 0, paged = Infinity, shape = { columns: 1, rows: 0, gap: 0, height: 0 };
  let newest = null, frames = 0, filling = false, rest = 0;

  function draw(picture, standing, order) {
    const grid = document.getElementById("queues"), queues = picture.figures.queues;
    const ids = order === "fixed" ? fixed(picture) : standing.worst_first;
    newest = { picture, standing, ids, agentsKnown: fw.floor.agentsKnown(picture) };
    frames += 1;
    for (const [queue, tile] of tiles) {
      if (!(queue in queues)) { fw.inSight.forget(tile.element); tile.element.remove(); tiles.delete(queue); }
    }
    ids.forEach((queue) => { if (!tiles.has(queue)) tiles.set(queue, made(queue)); });
    tiles.forEach((tile) => { tile.behind = true; });
    const seen = inSight(grid), placed = inTurn(grid, ids, seen);
    place(grid, placed);
    // Measuring lays everything out anew: only where there is a reason to.
    if (fitted !== tiles.size) fit();
    const first = turn(ids), near = seen || { first, last: first + Math.min(paged, onScreen()) - 1 };
    placed.forEach((queue, index) => {
      const tile = tiles.get(queue), here = index >= near.first && index <= near.last;
      if (tile.behind && (here || tile.failed || (tile.drawn && due(tile, seen)))) drawTile(queue, tile);
    });
    // Where no further frame comes, as in a past that stands still, none stays behind.
    clearTimeout(rest);
    rest = setTimeout(settle, REST_MS);
    fill();
  }

  /* Out of sight it is drawn in its turn; where none is known to be in sight, as on the way back from a
     board, any may be. */
  const due = (tile, seen) => !seen || fw.inSight.has(tile.element) || tile.nth % TURNS === frames % TURNS;

  /* From which place to which they are in sight, before any is moved; null where none is known to be. */
  function inSight(grid) {
    const there = Array.from(grid.children, (element) => fw.inSight.has(element));
    return there.includes(true) ? { first: there.indexOf(true), last: there.lastIndexOf(true) } : null;
  }

  function made(queue) {
    const tile = { ...fw.tile.create(queue), nth: tiles.size, drawn: false, behind: true, failed: false };
    fw.inSight.watch(tile.element);
    return tile;
  }

  /* One that cannot be drawn is tried again at every frame, so that it is said for as long as it lasts. */
  function drawTile(queue, tile) {
    const { picture, standing, agentsKnown } = newest, label = picture.labels[queue];
    tile.failed = true;
    fw.tile.draw(tile, {
      queue, name: label ? label.name : queue, label, agentsKnown,
      variant: label ? label.service_level : picture.floor_service_level,
      section: picture.figures.queues[queue], standing: standing.queues[queue],
      hour: picture.hours[queue], goal: standing.goal, window: fw.format.window(picture.figures.window),
    });
    tile.failed = tile.behind = false;
    tile.drawn = true;
  }

  /* Between frames, those of `which` that are behind, as of the newest. */
  function catchUp(which) {
    which.forEach(([queue, tile]) => {
      if (!tile.behind || !(queue in newest.picture.figures.queues)) return;
      try {
        drawTile(queue, tile);
      } catch (error) {
        fw.freshness.undrawn(true);
        reportError(error);
      }
    });
  }

  /* All of them in their order and as of the newest frame. */
  function settle() {
    if (!newest || !tiles.size) return;
    place(document.getElementById("queues"), newest.ids.filter((queue) => tiles.has(queue)));
    catchUp([...tiles]);
  }

  /* Tiles that were never drawn, some at a time: what is in sight goes before them. */
  function fill() {
    const missing = [...tiles].filter(([, tile]) => !tile.drawn && !tile.failed);
    if (filling || !missing.length) return;
    filling = true;
    setTimeout(() => {
      filling = false;
      catchUp(missing.slice(0, FILLED).filter(([queue, tile]) => tiles.get(queue) === tile));
      fill();
    });
  }

  /* About how many tiles a screen has room for: all where they fit. */
  const onScreen = () => (shape.rows ? Infinity : Math.ceil(innerHeight / (shape.height || HEIGHT)) * shape.columns);

  /* The tiles of the page that is seen; where all fit or scroll, there is one page of them. The number
     of the first. */
  function turn(ids) {
    fw.pager.set({ count: Math.ceil(ids.length / paged) || 1, turn_s: TURN_S });
    const first = fw.pager.at() * paged || 0;
    ids.forEach((queue, index) => {
      const tile = tiles.get(queue), hidden = index < first || index >= first + paged;
      if (tile.element.hidden && !hidden) drawTile(queue, tile);
      tile.element.hidden = hidden;
    });
    return first;
  }

  function fixed(picture) {
    const name = (queue) => (picture.labels[queue] ? picture.labels[queue].name : queue);
    return Object.keys(picture.figures.queues).sort((a, b) => name(a).localeCompare(name(b)) || (a < b ? -1 : 1));
  }

  /* The order in which they are to stand now. Beyond the last in sight they change places in turn only:
     whatever is moved is laid out anew. */
  function inTurn(grid, ids, seen) {
    if (!seen || frames % TURNS === 0 || paged !== Infinity) return ids;
    const near = new Set(ids.slice(0, seen.last + 1)), there = Array.from(grid.children, (element) => element.dataset.queue);
    const known = new Set(there);
    return [...near, ...there.filter((queue) => !near.has(queue)), ...ids.filter((queue) => !near.has(queue) && !known.has(queue))];
  }

  function place(grid, ids) {
    const now = Array.from(grid.children, (element) => element.dataset.queue);
    if (now.join("\n") === ids.join("\n")) return;
    const was = new Map(now.map((queue, index) => [queue, index]));
    arrange(grid, ids, was);
    if (now.length && paged === Infinity && !document.hidden && !fw.dom.calm()) {
      // Measured where the browser lays everything out in any case.
      requestAnimationFrame(() => glide(grid.getBoundingClientRect(), ids, was));
    }
  }

  /* Those that stand in order among one another stay: each that is moved is laid out anew. */
  function arrange(grid, ids, was) {
    const stay = fw.order.rising(ids.map((queue) => (was.has(queue) ? was.get(queue) : -1))), focused = document.activeElement;
    let next = null;
    for (let index = ids.length - 1; index >= 0; index -= 1) {
      const { element } = tiles.get(ids[index]);
      if (!stay.has(index)) grid.insertBefore(element, next);
      next = element;
    }
    // What is moved in the page loses its focus.
    if (grid.contains(focused) && focused !== document.activeElement) focused.focus({ preventScroll: true });
  }

  /* From where each was, by its number: the grid is measured once, and no tile is. */
  function glide(box, ids, was) {
    const across = (box.width + shape.gap) / shape.columns;
    const down = (box.height + shape.gap) / (shape.rows || Math.ceil(ids.length / shape.columns));
    const at = (index) => ({ x: (index % shape.columns) * across, y: Math.floor(index / shape.columns) * down });
    const seen = ({ y }) => box.top + y + down > 0 && box.top + y < innerHeight;
    ids.forEach((queue, index) => {
      const from = was.has(queue) ? at(was.get(queue)) : null, to = at(index);
      if (!from || was.get(queue) === index || !(seen(from) || seen(to))) return;
      const tile = tiles.get(queue);
      if (tile) tile.element.animate(
        [{ transform: `translate(${from.x - to.x}px, ${from.y - to.y}px)` }, { transform: "none" }],
        { duration: MOVE_MS, easing: "cubic-bezier(0.2, 0, 0, 1)" });
    });
  }

  /* The columns that give the largest tiles in this room. */
  function best(count, width, height, gap) {
    let found = { columns: 1, rows: count, scale: 0 };
    for (let columns = 1; columns <= count; columns += 1) {
      const rows = Math.ceil(count / columns);
      const scale = Math.min(
        (width - gap * (columns - 1)) / columns / WIDTH,
        (height - gap * (rows - 1)) / rows / HEIGHT);
      if (scale > found.scale) found = { columns, rows, scale };
    }
    return found;
  }

  /* What comes and goes above the tiles: they make room for it, but it does not turn wall into page. */
  function taken(gap) {
    const bands = ["banner", "strip", "past-bar", "drill-band"].map((id) => document.getElementById(id)).filter((one) => one && !one.hidden);
    return bands.reduce((sum, one) => sum + one.offsetHeight + gap, 0);
  }

  function fit() {
    const root = document.documentElement, grid = document.getElementById("queues");
    if (!grid) return;
    if (fw.boards.wanted()) { fw.boardPage.fit(); return; }
    fitted = tiles.size;
    const count = tiles.size || 12, wide = innerWidth >= WIDE_MIN && innerHeight >= HIGH_MIN;
    // Measured as if all fitted, so that the answer does not depend on the last one.
    root.dataset.fit = wide ? "screen" : "scroll";
    const room = grid.parentElement.getBoundingClientRect();
    const gap = parseFloat(getComputedStyle(grid).columnGap) || 0;
    let found = best(count, room.width, room.height + taken(gap), gap);
    // A TV is read from afar, however many pixels it has.
    const least = SCALE_MIN * (fw.pager.kiosk() ? Math.max(1, Math.min(innerWidth / 1920, innerHeight / 1080)) : 1);
    let fits = wide && found.scale >= least;
    paged = Infinity;
    if (wide && !fits && fw.pager.kiosk()) {
      const most = (length, each) => Math.max(1, Math.floor((length + gap) / (each * least + gap)));
      const pages = Math.ceil(count / (most(room.width, WIDTH) * most(room.height, HEIGHT)));
      // Evenly, so that the last page is no torn one.
      paged = Math.ceil(count / pages);
      found = best(paged, room.width, room.height, gap);
      fits = true;
    }
    const columns = fits ? found.columns
      : Math.max(1, Math.min(count, Math.floor((room.width + gap) / (WIDTH * SCALE_SCROLLING + gap))));
    const width = (room.width - gap * (columns - 1)) / columns;
    root.dataset.fit = fits ? "screen" : "scroll";
    shape = { columns, rows: fits ? found.rows : 0, gap, height: width * HEIGHT / WIDTH + gap };
    const next = `${columns} ${fits ? found.rows : 0} ${Math.floor(width)}`;
    if (next === laid) return;
    laid = next;
    ["queues", "shells"].forEach((id) => {
      const style = document.getElementById(id).style;
      style.setProperty("--columns", columns);
      style.setProperty("--rows", fits ? found.rows : "none");
      style.setProperty("--tile-height", `${Math.floor(width * HEIGHT / WIDTH)}px`);
    });
  }

  function countUp() {
    tiles.forEach((tile) => { if (!tile.behind) fw.tile.countUp(tile); });
  }

  document.addEventListener("DOMContentLoaded", () => fw.inSight.whenComing((elements) => {
    const coming = new Set(elements);
    if (newest) catchUp([...tiles].filter(([, tile]) => coming.has(tile.element)));
  }));
  // On paper and in a picture all of them are seen.
  addEventListener("beforeprint", settle);
  fw.picture.whenTaken(settle);
  addEventListener("resize", fit);
  fw.grid = { draw, fit, taken, countUp };
})();
