/* Tables as CSV files: what is shown, with its exact values. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const BOM = "\ufeff", END = "\r\n", KEPT = "floorwatch.csv-bom";
  // What a spreadsheet would take for a formula, where it parts cells by semicolons, too: as dashboard/sheet.py has it.
  const FORMULA = /^(?=[=+\-@\t\r])|(?<=[;\t\r\n])(?=\s*[=+\-@])/g;

  /* A number is written as exact as it is and never guarded: a negative one is no formula. */
  function cell(value) {
    if (!fw.format.given(value)) return "";
    if (typeof value === "number") return String(value);
    const text = String(value).replaceAll("\u00a0", " "), safe = text.replace(FORMULA, "'");
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  }

  /* `columns` are [key, heading], `rows` objects by key; what is null is an empty cell. */
  function text(columns, rows) {
    const lines = [columns.map(([, heading]) => heading), ...rows.map((row) => columns.map(([key]) => row[key]))];
    return lines.map((line) => line.map(cell).join(",") + END).join("");
  }

  /* Whether a byte order mark leads the file, by which Excel knows UTF-8. */
  function marked() {
    try { return localStorage.getItem(KEPT) !== "no"; } catch (e) { return true; }
  }

  function mark(wanted) {
    try { localStorage.setItem(KEPT, wanted ? "yes" : "no"); } catch (e) { /* no storage here */ }
  }

  function save(what, columns, rows) {
    const told = (marked() ? BOM : "") + text(columns, rows);
    give(fileName(what, "csv"), new Blob([told], { type: "text/csv;charset=utf-8" }));
  }

  /* The floor's time, not the file's: partitions-2026-03-02-10.42.18.csv. */
  function fileName(what, ending) {
    const now = fw.freshness.floorNow();
    const stamp = now === null ? null : fw.times.written(now).replace("T", "-").replaceAll(":", ".");
    const plain = what.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "table";
    return `${plain}${stamp ? `-${stamp}` : ""}.${ending}`;
  }

  /* To a file that the dashboard itself writes, and names. */
  function follow(href) {
    const link = document.createElement("a");
    Object.assign(link, { href, download: "" });
    link.click();
  }

  function give(name, blob) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    // Not at once: the browser reads it after this turn.
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  fw.csv = { save, follow, marked, mark, fileName, give };
})();
