/* Tables that are drawn row by row: a row keeps its place on the page as long as its key is there,
   and only what changed is touched. A cell is a text, or a mark and a word. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});

  /* Rows are { key, state, cells }, the cells by column; `key` is what a row is known by. */
  function draw(name, rows) {
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

  function put(cell, told) {
    if (typeof told === "string") { fw.dom.text(cell, told); return; }
    if (!cell.firstElementChild) {
      const mark = fw.dom.make("span", "mark");
      mark.setAttribute("aria-hidden", "true");
      cell.replaceChildren(mark, fw.dom.make("span", "word"));
    }
    fw.dom.text(cell.children[0], told.mark);
    fw.dom.text(cell.children[1], told.word);
  }

  fw.table = { draw };
})();
