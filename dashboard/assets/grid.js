/* The grid of tiles: as many columns as make them largest, all on one screen where they stay
   readable, else a page to scroll. A tile that changes its place is seen to move. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  // The size a tile is drawn for; everything in it scales from there (wallboard.css).
  const WIDTH = 454, HEIGHT = 262;
  // Below this a label is under 11 px; then the page scrolls instead.
  const SCALE_MIN = 0.62, SCALE_SCROLLING = 0.72, WIDE_MIN = 1000, HIGH_MIN = 520;
  const MOVE_MS = 450;
  const tiles = new Map();
  let laid = "", fitted = 0;

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
  }

  function fixed(picture) {
    const name = (queue) => (picture.labels[queue] ? picture.labels[queue].name : queue);
    return Object.keys(picture.figures.queues).sort((a, b) => name(a).localeCompare(name(b)) || (a < b ? -1 : 1));
  }

  function place(grid, ids) {
    const now = Array.from(grid.children, (element) => element.dataset.queue);
    if (now.join("\n") === ids.join("\n")) return;
    const moved = now.length && !document.hidden && !fw.dom.calm();
    const before = moved ? new Map(now.map((queue) => [queue, tiles.get(queue).element.getBoundingClientRect()])) : null;
    ids.forEach((queue) => grid.append(tiles.get(queue).element));
    if (moved) ids.forEach((queue) => glide(tiles.get(queue).element, before.get(queue)));
  }

  function glide(element, from) {
    if (!from) return;
    const to = element.getBoundingClientRect(), x = from.left - to.left, y = from.top - to.top;
    if (!x && !y) return;
    element.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }],
      { duration: MOVE_MS, easing: "cubic-bezier(0.2, 0, 0, 1)" });
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

  function fit() {
    const root = document.documentElement, grid = document.getElementById("queues");
    if (!grid) return;
    fitted = tiles.size;
    const count = tiles.size || 12, wide = innerWidth >= WIDE_MIN && innerHeight >= HIGH_MIN;
    // Measured as if all fitted, so that the answer does not depend on the last one.
    root.dataset.fit = wide ? "screen" : "scroll";
    const room = grid.parentElement.getBoundingClientRect();
    const gap = parseFloat(getComputedStyle(grid).columnGap) || 0;
    // A banner comes and goes: the tiles make room for it, but it does not turn wall into page.
    const banner = document.getElementById("banner");
    const found = best(count, room.width, room.height + (banner.hidden ? 0 : banner.offsetHeight + gap), gap);
    const fits = wide && found.scale >= SCALE_MIN;
    const columns = fits ? found.columns
      : Math.max(1, Math.min(count, Math.floor((room.width + gap) / (WIDTH * SCALE_SCROLLING + gap))));
    const width = (room.width - gap * (columns - 1)) / columns;
    root.dataset.fit = fits ? "screen" : "scroll";
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
  fw.grid = { draw, fit, countUp };
})();
