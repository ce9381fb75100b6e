/* The grid of tiles: as many columns as make them largest, all on one screen where they stay
   readable, else a page to scroll, or on a TV pages that turn. A tile that changes its place is seen
   to move. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  // The size a tile is drawn for; everything in it scales from there (wallboard.css).
  const WIDTH = 454, HEIGHT = 262;
  // Below this a label is under 11 px; then the page scrolls instead.
  const SCALE_MIN = 0.62, SCALE_SCROLLING = 0.72, WIDE_MIN = 1000, HIGH_MIN = 520;
  const MOVE_MS = 450, TURN_S = 15;
  const tiles = new Map();
  let laid = "", fitted = 0, paged = Infinity, shape = { columns: 1, rows: 0, gap: 0 };

  function draw(picture, standing, order) {
    const grid = document.getElementById("queues");
    const queues = picture.figures.queues, agentsKnown = fw.floor.agentsKnown(picture);
    const ids = order === "fixed" ? fixed(picture) : standing.worst_first;
    for (const [queue, tile] of tiles) {
      if (!(queue in queues)) { tile.element.remove(); tiles.delete(queue); }
    }
    ids.forEach((queue) => {
      if (!tiles.has(queue)) tiles.set(queue, fw.tile.create(queue));
      const label = picture.labels[queue];
      fw.tile.draw(tiles.get(queue), {
        name: label ? label.name : queue, label, agentsKnown,
        variant: label ? label.service_level : picture.floor_service_level,
        section: queues[queue], standing: standing.queues[queue],
        hour: picture.hours[queue], goal: standing.goal, window: fw.format.window(picture.figures.window),
      });
    });
    place(grid, ids);
    // Measuring lays everything out anew: only where there is a reason to.
    if (fitted !== tiles.size) fit();
    turn(ids);
  }

  /* The tiles of the page that is seen; where all fit or scroll, there is one page of them. */
  function turn(ids) {
    fw.pager.set({ count: Math.ceil(ids.length / paged) || 1, turn_s: TURN_S });
    const first = fw.pager.at() * paged || 0;
    ids.forEach((queue, index) => { tiles.get(queue).element.hidden = index < first || index >= first + paged; });
  }

  function fixed(picture) {
    const name = (queue) => (picture.labels[queue] ? picture.labels[queue].name : queue);
    return Object.keys(picture.figures.queues).sort((a, b) => name(a).localeCompare(name(b)) || (a < b ? -1 : 1));
  }

  function place(grid, ids) {
    const now = Array.from(grid.children, (element) => element.dataset.queue);
    if (now.join("\n") === ids.join("\n")) return;
    const was = new Map(now.map((queue, index) => [queue, index]));
    arrange(grid, ids, was);
    if (now.length && paged === Infinity && !document.hidden && !fw.dom.calm()) glide(grid, ids, was);
  }

  /* Those that stand in order among one another stay: each that is moved is laid out anew. */
  function arrange(grid, ids, was) {
    const stay = fw.order.rising(ids.map((queue) => (was.has(queue) ? was.get(queue) : -1)));
    let next = null;
    for (let index = ids.length - 1; index >= 0; index -= 1) {
      const { element } = tiles.get(ids[index]);
      if (!stay.has(index)) grid.insertBefore(element, next);
      next = element;
    }
  }

  /* From where each was, by its number: the grid is measured once, and no tile is. */
  function glide(grid, ids, was) {
    const box = grid.getBoundingClientRect(), across = (box.width + shape.gap) / shape.columns;
    const down = (box.height + shape.gap) / (shape.rows || Math.ceil(ids.length / shape.columns));
    const at = (index) => ({ x: (index % shape.columns) * across, y: Math.floor(index / shape.columns) * down });
    const seen = ({ y }) => box.top + y + down > 0 && box.top + y < innerHeight;
    ids.forEach((queue, index) => {
      const from = was.has(queue) ? at(was.get(queue)) : null, to = at(index);
      if (!from || was.get(queue) === index || !(seen(from) || seen(to))) return;
      tiles.get(queue).element.animate(
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
    shape = { columns, rows: fits ? found.rows : 0, gap };
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

  function countUp(passed) {
    tiles.forEach((tile) => fw.tile.countUp(tile, passed));
  }

  addEventListener("resize", fit);
  fw.grid = { draw, fit, taken, countUp };
})();
