/* What is seen, to take away: each table as CSV, each chart and the whole screen as PNG. Tables of
   fw.table are known by themselves; a screen that draws others offers them. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const CHARTS = ".spark, figure:has(svg), .js-plotly-plot, [data-picture]";
  const offers = new Map();
  let dialog = null;

  /* `title()` is what it is called by then; `table()` gives { columns: [[key, heading], …], rows:
     [{ key: value }, …] } when it is taken, or the { href } of a file that the dashboard writes. What is
     there for a while is taken back by what this returns. */
  function offer(id, title, table) {
    const one = { title, table };
    offers.set(id, one);
    return () => { if (offers.get(id) === one) offers.delete(id); };
  }

  /* Tables that are there to be seen, in the order of the page, then those that are offered. */
  function tables() {
    const drawn = Array.from(document.querySelectorAll("table[id]"))
      .filter((one) => fw.table.taken(one.id) && one.offsetParent)
      .map((one) => [one.id, { title: caption(one), table: () => fw.table.taken(one.id) }]);
    return new Map([...drawn, ...[...offers].map(([id, { title, table }]) => [id, { title: title(), table }])]);
  }

  function caption(table) {
    const named = document.getElementById(table.getAttribute("aria-labelledby"));
    return named ? named.textContent : table.id;
  }

  function take(id) {
    const told = tables().get(id);
    if (!told) return;
    const { columns, rows, href } = told.table();
    if (href) fw.csv.follow(href);
    else fw.csv.save(told.title, columns, rows);
  }

  /* The whole screen first, then its charts. */
  function pictures() {
    const seen = Array.from(document.querySelectorAll(CHARTS)).filter((one) => one.getClientRects().length);
    return [{ title: fw.t("The whole screen"), element: document.getElementById("screen"), whole: true },
      ...seen.map((element) => ({ title: titleOf(element), element }))];
  }

  function titleOf(element) {
    const tile = element.closest(".tile, .figure"), name = tile && tile.querySelector(".tile-name, .figure-label");
    const figure = element.querySelector("figcaption"), own = element.dataset.picture || (figure && figure.textContent);
    const spoken = (element.getAttribute("aria-label") || "").split(":")[0];
    return [name && name.textContent, own || spoken].filter(Boolean).join(" · ") || fw.t("Chart");
  }

  /* As of when on the floor, and through which window. */
  function noteOf() {
    const now = fw.freshness.floorNow(), window = fw.takeAway.window;
    const at = now === null ? fw.t("time not known") : `${fw.times.written(now).replace("T", " ")} ${fw.times.zone()}`;
    return window ? fw.t("As of {at} · window {window}", { at, window: fw.format.window(window) }) : fw.t("As of {at}", { at });
  }

  async function save(picture, problem) {
    try {
      const name = document.getElementById("title").textContent;
      await fw.picture.save(picture.element, picture.whole ? name : `${picture.title} · ${name}`, noteOf());
      fw.dom.text(problem, "");
    } catch (error) {
      fw.dom.text(problem, fw.t("No picture: {reason}.", { reason: error.message }));
    }
  }

  function button(words, act, className) {
    const made = fw.dom.make("button", className || "switch", words);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  }

  function open() {
    if (dialog) dialog.remove();
    const { make } = fw.dom, heading = make("h2", "take-title", fw.t("Take away"));
    heading.id = "take-title";
    const close = button(fw.t("Close"), () => dialog.close());
    dialog = make("dialog", "take-dialog", heading, sheets(), charts(), reports(), make("div", "take-foot", close));
    dialog.id = "take-dialog";
    dialog.setAttribute("aria-labelledby", heading.id);
    document.body.append(dialog);
    dialog.showModal();
  }

  function sheets() {
    const { make } = fw.dom, known = [...tables()];
    const rows = known.map(([id, told]) => make("li", "take-row", make("span", "", told.title), named(button(fw.t("CSV"), () => take(id)), told.title)));
    const mark = make("input");
    mark.type = "checkbox";
    mark.checked = fw.csv.marked();
    mark.addEventListener("change", () => fw.csv.mark(mark.checked));
    const option = make("label", "take-option", mark, fw.t("For Excel: UTF-8 with a byte order mark"));
    return make("section", "take-part", make("h3", "", fw.t("Tables")), rows.length ? make("ul", "take-list", ...rows) : make("p", "", fw.t("No table is on this screen.")), option);
  }

  function charts() {
    const { make } = fw.dom, known = pictures(), choice = make("select", "field"), problem = make("p", "take-problem");
    choice.setAttribute("aria-label", fw.t("Picture of"));
    problem.setAttribute("role", "status");
    known.forEach((one, index) => {
      const option = make("option", "", one.title);
      option.value = String(index);
      choice.append(option);
    });
    const png = button(fw.t("PNG"), () => save(known[Number(choice.value)], problem));
    return make("section", "take-part", make("h3", "", fw.t("Pictures")), make("div", "take-row", choice, png), problem);
  }

  function reports() {
    const { make } = fw.dom, link = make("a", "", fw.t("Report of a shift: HTML, PDF or CSV"));
    link.href = fw.address.link("/report");
    return make("section", "take-part", make("h3", "", fw.t("Report")), link);
  }

  function named(made, title) {
    made.setAttribute("aria-label", fw.t("CSV of {table}", { table: title }));
    return made;
  }

  document.addEventListener("click", (event) => {
    const pressed = event.target.closest ? event.target.closest("[data-take], #take-away") : null;
    if (!pressed) return;
    if (pressed.dataset.take) take(pressed.dataset.take);
    else open();
  });

  /* `window` is the window of the figures that are shown, which screens set as they draw. */
  fw.takeAway = { offer, window: null };
})();
