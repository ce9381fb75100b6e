/* Tables that are drawn row by row: a row keeps its place on the page as long as its key is there,
   and only what changed is touched. A cell is a text, or a mark and a word. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});

  // What was drawn last, by table, and what its columns are when it is taken away.
  const drawn = new Map();

  /* Rows are { key, state, cells, values }, the cells by column; `key` is what a row is known by,
     and `values` are the exact ones of cells that are written otherwise. A cell that tells more than
     one value is several columns when it is taken away: `away(key, heading)` gives them as
     [key, heading], or nothing where the column stays as it is. */
  function draw(name, rows, away = () => null) {
    drawn.set(name, { rows, away });
    const table = document.getElementById(name), body = table.tBodies[0];
    const columns = Array.from(table.tHead.rows[0].cells);
    const known = new Map(Array.from(body.rows, (row) => [row.dataset.key, row]));
    rows.forEach((told, index) => {
      const row = known.get(told.key) || make(columns, told.key);
      known.delete(told.key);
      if (body.rows[index] !== row) body.insertBefore(row, body.rows[index] || null);
      fill(row, told);
    });
    known.forEach((row) => row.remove());
    table.hidden = !rows.length;
    fw.dom.attribute(table.parentElement, "data-rows", rows.length ? null : "none");
    table.nextElementSibling.hidden = Boolean(rows.length);
  }

  /* The first column heads the row; each cell knows its heading, for where the row is a block. */
  function make(columns, key) {
    const cells = columns.map((column, index) => {
      const cell = fw.dom.make(index ? "td" : "th", column.className);
      cell.setAttribute("role", index ? "cell" : "rowheader");
      if (!index) cell.scope = "row";
      cell.dataset.column = column.dataset.column;
      cell.dataset.heading = column.textContent;
      return cell;
    });
    const row = fw.dom.make("tr", "", ...cells);
    row.setAttribute("role", "row");
    row.dataset.key = key;
    return row;
  }

  function fill(row, told) {
    fw.dom.attribute(row, "data-state", told.state || null);
    Array.from(row.cells).forEach((cell) => put(cell, told.cells[cell.dataset.column]));
  }

  /* What is not told here is drawn by whoever has the table. */
  function put(cell, told) {
    if (told === undefined) return;
    if (typeof told === "string") { fw.dom.text(cell, told); return; }
    if (!cell.firstElementChild) {
      const mark = fw.dom.make("span", "mark");
      mark.setAttribute("aria-hidden", "true");
      cell.replaceChildren(mark, fw.dom.make("span", "word"));
    }
    fw.dom.text(cell.children[0], told.mark);
    fw.dom.text(cell.children[1], told.word);
  }

  /* A table as { columns, rows } with its exact values; null where none of this name is drawn. */
  function taken(name) {
    if (!drawn.has(name)) return null;
    const headings = Array.from(document.getElementById(name).tHead.rows[0].cells);
    const { rows, away } = drawn.get(name);
    const columns = headings.flatMap(({ dataset: { column }, textContent }) => away(column, textContent) || [[column, textContent]]);
    const exact = (told) => Object.fromEntries(columns.map(([key]) => [key, value(told, key)]));
    return { columns, rows: rows.map(exact) };
  }

  function value(told, key) {
    if (told.values && key in told.values) return told.values[key];
    const cell = told.cells[key], text = typeof cell === "string" ? cell : cell && cell.word;
    return text === "–" ? null : text;
  }

  fw.table = { draw, taken };
})();
