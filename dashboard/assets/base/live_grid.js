/* Live tables of any size: AG Grid without its component around it, so that a frame costs what has
   changed in it and no more. Rows are plain values by column; what is the same is not touched. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  // A row's height and a letter's width in units of its text, so that a table grows with its screen.
  const NARROW_EM = 34, FOLDED_EM = 46, ROW_EM = 2.05, FOLDED_ROW_EM = 3.5, HEAD_EM = 2.3, SORTED_EM = 1.7, GLOW_MS = 400, FADE_MS = 600;
  // Where the page itself is scrolled (supervisor.css), a table of so few rows has its whole height in it.
  const FLOWS = matchMedia("(max-width: 899px)"), WHOLE_MOST = 150;
  const tables = [];
  let give = null;
  const library = new Promise((resolve) => { give = resolve; });

  // What Dash's grid calls with the library when it is made (dashboard/components/live_grid.py).
  window.dashAgGridFunctions = Object.assign({}, window.dashAgGridFunctions, {
    takeGrid: (agGrid) => { give(agGrid); return {}; },
  });

  const is = (state) => ({ data }) => data.state === state;
  const ROWS = { "is-group": ({ data }) => data.group, "is-trouble": is("trouble"), "is-watch": is("watch"), "is-on-target": is("on_target"), "is-closed": is("closed") };
  const LOOK = {
    backgroundColor: "var(--card)", foregroundColor: "var(--text)", textColor: "var(--text)",
    headerBackgroundColor: "var(--card)", headerTextColor: "var(--quiet)", headerFontWeight: "var(--weight)",
    borderColor: "var(--line)", wrapperBorder: false, wrapperBorderRadius: 0, borderRadius: 0,
    rowBorder: true, columnBorder: false, headerColumnBorder: false, headerColumnResizeHandleColor: "var(--line)",
    oddRowBackgroundColor: "var(--card)", rowHoverColor: "var(--ground)", selectedRowBackgroundColor: "var(--ground)",
    accentColor: "var(--information)", fontFamily: "inherit", headerFontFamily: "inherit", cellFontFamily: "inherit",
    fontSize: "var(--grid-text)", headerFontSize: "var(--grid-head)", dataFontSize: "var(--grid-text)",
    valueChangeValueHighlightBackgroundColor: "var(--glow)", cellHorizontalPadding: "var(--grid-pad)",
    iconSize: "0.9em", spacing: 6,
  };

  /* A table in the element `id`: its columns, in which order its sorted rows stand (`order`), which of
     them are there (`passes`), and what a press or Enter on a cell does (`opened`). Rows are put with
     `put`; before the library is here they wait. One that `folds` has rows of two lines where it is narrow. */
  function make(id, told) {
    const element = document.getElementById(id), rows = new Map();
    const table = { id, element, rows, told, api: null, waiting: null, put: null, shown: 0, chosen: null, layout: "normal" };
    table.put = (next) => { if (table.api) change(table, next); else table.waiting = next; };
    table.filter = () => { if (table.api) { table.api.onFilterChanged(); count(table); } };
    table.shows = (name) => Boolean(table.api) && table.api.getColumn(name).isVisible();
    tables.push(table);
    library.then((agGrid) => start(agGrid, table)).catch((error) => none(table, fw.t("The table cannot be drawn: {why}", { why: error.message })));
    return table;
  }

  function start(agGrid, table) {
    const { told, element } = table, size = sizes(table);
    table.api = agGrid.createGrid(element, {
      theme: agGrid.themeQuartz.withParams(LOOK),
      columnDefs: told.columns,
      defaultColDef: { sortable: true, resizable: true, suppressHeaderMenuButton: true, sortingOrder: ["asc", "desc", null], minWidth: 60, suppressMovable: true, wrapHeaderText: true, autoHeaderHeight: true },
      rowData: [],
      getRowId: ({ data }) => data.id,
      rowClassRules: ROWS,
      rowSelection: { mode: "singleRow", checkboxes: false, enableClickSelection: false },
      rowHeight: size.row, headerHeight: size.head,
      rowBuffer: 6,
      animateRows: Boolean(told.animated) && !fw.dom.calm(),
      cellFlashDuration: GLOW_MS, cellFadeDuration: FADE_MS,
      asyncTransactionWaitMillis: 0,
      // Rows that changed are put in their places among those that did not.
      deltaSort: true,
      isExternalFilterPresent: () => true,
      doesExternalFilterPass: ({ data }) => told.passes(data),
      postSortRows: told.order ? ({ nodes }) => told.order(nodes) : undefined,
      localeText: words(),
      suppressCellFocus: false, suppressDragLeaveHidesColumns: true, suppressScrollOnNewData: true, suppressNoRowsOverlay: true,
      enableCellTextSelection: false,
      onCellClicked: (event) => told.opened(event.data, event.column.getColId(), event.event),
      // From cell to cell by the arrow keys; Tab leads on, out of the table.
      tabToNextCell: () => false,
      onCellKeyDown: (event) => key(table, event),
      onCellFocused: () => follow(table),
      onModelUpdated: () => { count(table); mark(table); flow(table); },
      onSortChanged: () => { if (told.sorted) told.sorted(sortOf(table)); },
    });
    if (told.ready) told.ready(table);
    fit(table);
    if (table.waiting) { change(table, table.waiting); table.waiting = null; }
  }

  /* Only what differs goes to the grid, which touches only the cells that are seen. */
  function change(table, next) {
    const add = [], update = [], seen = new Set();
    next.forEach((row) => {
      const before = table.rows.get(row.id);
      seen.add(row.id);
      if (!before) add.push(row);
      else if (differs(before, row)) update.push(row);
      else return;
      table.rows.set(row.id, row);
    });
    const remove = [];
    table.rows.forEach((row, id) => { if (!seen.has(id)) { remove.push(row); table.rows.delete(id); } });
    table.element.parentElement.dataset.drawn = "true";
    if (add.length || update.length || remove.length) table.api.applyTransactionAsync({ add, update, remove });
    else count(table);
  }

  function differs(before, row) {
    for (const name in row) if (row[name] !== before[name]) return true;
    return false;
  }

  /* How many rows are seen, and what it says where there are none. */
  function count(table) {
    if (!table.api) return;
    let shown = 0;
    table.api.forEachNodeAfterFilter((node) => { if (!node.data.group) shown += 1; });
    table.shown = shown;
    if (table.told.counted) table.told.counted(shown);
  }

  function none(table, text) {
    const place = document.getElementById(`${table.id}-none`);
    place.hidden = !text;
    fw.dom.text(place, text || "");
  }

  function key(table, { event, data, column, api }) {
    const told = table.told, move = { ArrowLeft: false, ArrowRight: true }[event.key];
    if (event.ctrlKey || event.altKey || event.metaKey || !data) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      told.opened(data, column.getColId(), event);
    } else if (data.group && move !== undefined && told.turn) {
      told.turn(data, move);
      event.preventDefault();
      api.setFocusedCell(event.target.closest("[row-index]") ? Number(event.target.closest("[row-index]").getAttribute("row-index")) : 0, column);
    }
  }

  function sizes({ element, told }) {
    const em = parseFloat(getComputedStyle(element).fontSize) || 16, width = element.clientWidth / em;
    const folded = Boolean(told.folds) && width < FOLDED_EM;
    return { em, width, folded, row: Math.max(26, Math.round(em * (folded ? FOLDED_ROW_EM : ROW_EM))), head: Math.max(30, Math.round(em * HEAD_EM)) };
  }

  function flow(table) {
    const layout = FLOWS.matches && table.api.getDisplayedRowCount() <= WHOLE_MOST ? "autoHeight" : "normal";
    if (layout === table.layout) return;
    table.layout = layout;
    fw.dom.attribute(table.element.parentElement, "data-whole", layout === "normal" ? null : "true");
    table.api.setGridOption("domLayout", layout);
  }

  /* The grid scrolls within itself alone. */
  function follow(table) {
    if (table.layout === "normal") return;
    const cell = document.activeElement.closest(".ag-cell");
    if (cell) cell.scrollIntoView({ block: "nearest" });
  }

  /* Columns that there is no room for stay away: `wide` is from which width of the table on one is there. */
  function fit(table) {
    if (!table.api || !table.element.clientWidth) return;
    flow(table);
    const size = sizes(table), { em, width, folded } = size;
    const laid_ = `${Math.round(width)} ${size.row}`;
    if (laid_ === table.laid) return;
    table.laid = laid_;
    const there = (column) => (column.context.wide || 0) <= width;
    const names = (which) => table.told.columns.filter(which).map((column) => column.field);
    table.api.setColumnsVisible(names(there), true);
    table.api.setColumnsVisible(names((column) => !there(column)), false);
    table.element.style.setProperty("--row", `${size.row}px`);
    fw.dom.attribute(table.element, "data-folded", folded ? "true" : null);
    table.api.updateGridOptions({ rowHeight: size.row, headerHeight: size.head });
    // On a phone there is no room for that: nothing is to be scrolled sideways.
    const word = width < NARROW_EM ? () => 0 : wordWidths(table);
    table.api.setColumnWidths(table.told.columns.filter((column) => column.context.em)
      .map((column) => ({ key: column.field, newWidth: Math.round(Math.max((width < NARROW_EM && column.context.narrow || column.context.em) * em, word(column.headerName))) })));
  }

  /* How wide a column is that has the longest word of its name on one line, beside the mark by which it
     is sorted: one that is narrower would break it. */
  function wordWidths({ element }) {
    // The grid's own head may not be drawn yet.
    const like = fw.dom.make("span", "head-like");
    element.parentElement.append(like);
    const { fontWeight, fontSize, fontFamily, paddingLeft, paddingRight } = getComputedStyle(like);
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = `${fontWeight} ${fontSize} ${fontFamily}`;
    like.remove();
    const beside = parseFloat(paddingLeft) + parseFloat(paddingRight) + SORTED_EM * parseFloat(fontSize);
    return (name) => Math.ceil(beside + Math.max(...name.split(/[\s-]/).map((one) => pen.measureText(one).width)));
  }

  /* Cells that count between frames: only those that are on the page. */
  function countUp() {
    const now = fw.freshness.floorNow();
    if (now === null) return;
    tables.forEach((table) => {
      if (table.element.parentElement.hidden) return;
      table.element.querySelectorAll("[data-since]").forEach((place) => {
        tell(place, (now - Number(place.dataset.since)) / 1000);
      });
    });
  }

  const spelled = (seconds) => fw.format.plain(fw.format.duration(seconds));

  /* A cell's text: a dash where nothing is known, and nothing where the row has no such figure. */
  const cell = (write) => ({ value }) => (fw.format.given(value) ? write(value) : value === null ? "–" : "");
  const whole = cell((value) => fw.format.plain(fw.format.count(value)));
  const share = cell((value) => fw.format.plain(fw.format.share(value)));
  const fine = cell((value) => fw.format.plain(fw.format.share(value, true)));
  const lasting = cell(spelled);

  /* The time since an instant (in milliseconds), which goes on by itself; beyond `limit` seconds, where
     the row has one, it takes the colour of what is too long. */
  function since({ value, data }) {
    const place = fw.dom.make("span", "counting"), now = fw.freshness.floorNow();
    if (!fw.format.given(value) || now === null) { place.textContent = value === undefined ? "" : "–"; return place; }
    place.dataset.since = String(value);
    if (fw.format.given(data.limit)) place.dataset.limit = String(data.limit);
    tell(place, (now - value) / 1000);
    return place;
  }

  function tell(place, seconds) {
    fw.dom.text(place, spelled(seconds));
    if ("limit" in place.dataset) fw.dom.attribute(place, "data-tone", seconds > Number(place.dataset.limit) ? "bad" : null);
  }

  /* The order that the viewer chose, as the address has it: waiting.desc; null for the usual one. */
  function sortOf(table) {
    const by = table.api.getColumnState().find((column) => column.sort);
    return by ? `${by.colId}.${by.sort}` : null;
  }

  function sortBy(table, told) {
    const [colId, sort] = (told || "").split(".");
    const known = table.told.columns.some((column) => column.field === colId) && ["asc", "desc"].includes(sort);
    table.api.applyColumnState({ state: known ? [{ colId, sort }] : [], defaultState: { sort: null } });
  }

  /* The row that is open beside the table. */
  function choose(table, id) {
    table.chosen = id;
    const node = mark(table);
    if (node && node.displayed) table.api.ensureNodeVisible(node);
  }

  /* It may be there only later than it was chosen. */
  function mark(table) {
    if (!table.api) return null;
    const node = fw.format.given(table.chosen) ? table.api.getRowNode(table.chosen) : null;
    if (node ? !node.isSelected() : table.api.getSelectedNodes().length) {
      table.api.deselectAll();
      if (node) node.setSelected(true);
    }
    return node;
  }

  /* A mark and a word; the mark is not read aloud. */
  function marked(mark, word) {
    const sign = fw.dom.make("span", "mark", mark);
    sign.setAttribute("aria-hidden", "true");
    return fw.dom.make("span", "marked", sign, fw.dom.make("span", "marked-word", word));
  }

  /* The least is first, and what is not known is last, whichever way it is sorted. */
  function byValue(a, b, nodeA, nodeB, descending) {
    if (a === b || !(fw.format.given(a) || fw.format.given(b))) return 0;
    if (!fw.format.given(a)) return descending ? -1 : 1;
    if (!fw.format.given(b)) return descending ? 1 : -1;
    return a < b ? -1 : 1;
  }

  /* Of what is told by since when it lasts, the shortest is first. */
  function byLength(a, b, ...more) {
    return fw.format.given(a) && fw.format.given(b) ? byValue(b, a) : byValue(a, b, ...more);
  }

  function words() {
    return {
      ariaSortableColumn: fw.t("Press Enter to sort"), noRowsToShow: fw.t("Nothing to show"),
      noMatchingRows: fw.t("Nothing to show"),
      loadingOoo: fw.t("Being read …"), ariaColumn: fw.t("Column"),
    };
  }

  let fitting = 0;
  const later = () => { cancelAnimationFrame(fitting); fitting = requestAnimationFrame(() => tables.forEach(fit)); };
  document.addEventListener("DOMContentLoaded", () => fw.freshness.follow(countUp));
  addEventListener("resize", later);
  // Of a table only the rows in sight are there: on paper all of them.
  const laid = (how) => tables.filter(({ api }) => api).forEach((table) => {
    table.api.setGridOption("domLayout", how || table.layout);
    table.api.flushAllAnimationFrames();
  });
  addEventListener("beforeprint", () => laid("print"));
  addEventListener("afterprint", () => laid());
  fw.liveGrid = { make, fit: later, none, sortBy, choose, since, marked, FOLDED_EM, byValue, byLength, whole, share, fine, lasting, spelled };
})();
