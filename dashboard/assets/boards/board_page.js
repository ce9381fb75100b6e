/* A page of a board: its tiles packed in their order into as many columns as make them largest, all on
   one screen where they stay readable, else a page to scroll. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  // As a tile is drawn (grid.js).
  const WIDTH = 454, HEIGHT = 262, SCALE_MIN = 0.5, SCALE_SCROLLING = 0.72, WIDE_MIN = 1000, HIGH_MIN = 520;
  // Beside the builder a page is read from a desk; below this a label is under 11 px.
  const SCALE_BUILDING = 0.6;
  let shown = [], page = null, drawn = "", restoring = false;

  const place = () => document.getElementById("board-page");
  const sizeOf = (told) => told.size.split("x").map(Number);

  /* Where each tile goes: the first room that is free for it, row by row. */
  function pack(sizes, columns) {
    const taken = new Set(), places = [];
    let rows = 0;
    const free = (x, y, w, h) => {
      for (let row = y; row < y + h; row += 1) for (let column = x; column < x + w; column += 1) if (taken.has(row * 64 + column)) return false;
      return true;
    };
    sizes.forEach(([wide, high]) => {
      const w = Math.min(wide, columns);
      let x = 0, y = 0;
      while (!free(x, y, w, high)) { x += 1; if (x + w > columns) { x = 0; y += 1; } }
      for (let row = y; row < y + high; row += 1) for (let column = x; column < x + w; column += 1) taken.add(row * 64 + column);
      places.push([x, y, w, high]);
      rows = Math.max(rows, y + high);
    });
    return { places: places.map((one) => widened(one, taken, columns)), rows };
  }

  /* What is left free to the right of a tile is its own, so that a page has no holes. */
  function widened([x, y, w, h], taken, columns) {
    const free = (column) => Array.from({ length: h }, (_one, row) => (y + row) * 64 + column).every((cell) => !taken.has(cell));
    let wide = w;
    while (x + wide < columns && free(x + wide)) wide += 1;
    return [x, y, wide, h];
  }

  function best(sizes, asked, width, height, gap) {
    const widest = sizes.reduce((sum, [w]) => sum + w, 0);
    let found = null;
    for (let columns = asked || 1; columns <= (asked || Math.min(12, widest)); columns += 1) {
      const packed = pack(sizes, columns);
      const scale = Math.min((width - gap * (columns - 1)) / columns / WIDTH, (height - gap * (packed.rows - 1)) / packed.rows / HEIGHT);
      if (!found || scale > found.scale) found = { ...packed, columns, scale };
    }
    return found;
  }

  /* Beside the builder there is less room than on the wall: as many of the page's columns as can be read
     there, and null where the page has to be scrolled. */
  function besideBuilder(sizes, asked, width, height, gap) {
    for (let columns = asked; ; columns -= 1) {
      const found = best(sizes, columns, width, height, gap);
      if (found.scale >= SCALE_BUILDING) return found;
      if (!columns || columns === 1) return null;
    }
  }

  /* Show the tiles of a page. Those that are as they were stay, so that nothing flickers. */
  function show(told) {
    if (told === page && place().children.length) return;
    const kept = new Map(shown.map((one) => [one.key, one])), used = new Map();
    page = told;
    shown = told.tiles.map((tile) => {
      const plain = JSON.stringify({ ...tile, size: "" }), nth = (used.get(plain) || 0) + 1;
      used.set(plain, nth);
      const key = `${nth} ${plain}`;
      return kept.get(key) || { key, ...fw.boardTiles.create(tile) };
    });
    const focused = document.activeElement;
    place().replaceChildren(...shown.map((one) => one.element));
    // What is moved in the page loses its focus; that it gets it back is nobody's wish to choose it.
    restoring = true;
    if (place().contains(focused)) focused.focus();
    restoring = false;
    drawn = "";
  }

  function draw(told, context) {
    show(told);
    shown.forEach((one) => one.draw(context));
    fit();
  }

  function fit() {
    const root = document.documentElement, grid = place();
    if (!page || !grid || grid.parentElement.hidden) return;
    const sizes = page.tiles.map(sizeOf), wide = innerWidth >= WIDE_MIN && innerHeight >= HIGH_MIN;
    // Measured as if all fitted, so that the answer does not depend on the last one.
    root.dataset.fit = wide ? "screen" : "scroll";
    const room = grid.parentElement.getBoundingClientRect(), gap = parseFloat(getComputedStyle(grid).columnGap) || 0;
    const building = wide && root.dataset.build === "on", high = room.height + fw.grid.taken(gap);
    const found = building ? besideBuilder(sizes, page.columns, room.width, high, gap) : best(sizes, wide ? page.columns : null, room.width, room.height, gap);
    const asked = wide && found ? best(sizes, building ? found.columns : page.columns, room.width, high, gap).scale : 0;
    const fits = wide && asked >= SCALE_MIN;
    const columns = fits ? found.columns : Math.max(1, Math.floor((room.width + gap) / (WIDTH * SCALE_SCROLLING + gap)));
    const { places, rows } = fits ? found : pack(sizes, Math.min(columns, page.columns || columns));
    root.dataset.fit = fits ? "screen" : "scroll";
    const width = (room.width - gap * (columns - 1)) / columns, next = JSON.stringify([columns, places, fits, Math.floor(width)]);
    if (next === drawn) return;
    drawn = next;
    grid.style.gridTemplateColumns = `repeat(${fits ? columns : Math.min(columns, page.columns || columns)}, minmax(0, 1fr))`;
    grid.style.gridTemplateRows = fits ? `repeat(${rows}, minmax(0, 1fr))` : `repeat(${rows}, ${Math.floor(width * HEIGHT / WIDTH)}px)`;
    shown.forEach(({ element }, index) => {
      const [x, y, w, h] = places[index];
      element.style.gridArea = `${y + 1} / ${x + 1} / span ${h} / span ${w}`;
    });
  }

  function clear() {
    shown = [];
    page = null;
    if (place()) place().replaceChildren();
  }

  const countUp = (passed) => shown.forEach((one) => one.countUp(passed));

  addEventListener("resize", () => { drawn = ""; fit(); });
  fw.boardPage = { draw, fit, clear, countUp, isRestoring: () => restoring, tiles: () => shown.map((one) => one.element) };
})();
