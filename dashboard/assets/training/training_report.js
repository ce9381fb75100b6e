/* How a drill went: the four times, the score, yours beside doing nothing and the best course found, who
   waited minute by minute, what happened when, and what follows from it. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const SVG = "http://www.w3.org/2000/svg", MINUTE_MS = 60000, WIDE = 960, HIGH = 260, LEFT = 44, FOOT = 24;
  const COURSES = { yours: fw.t("As it was done"), nothing: fw.t("Had nothing been done"), best: fw.t("The best course found") };
  const TIMES = [["noticed_s", fw.t("noticed")], ["acknowledged_s", fw.t("acknowledged")], ["acted_s", fw.t("acted")], ["recovered_s", fw.t("recovered")]];
  const share = (value) => fw.format.plain(fw.format.share(value, true));
  const time = (value) => fw.format.plain(fw.format.duration(value));
  const count = (value) => fw.format.plain(fw.format.count(value));
  /* As the findings say times: by the clock of the scenario's floor, wherever it is read. */
  const clock = (report, at) => new Intl.DateTimeFormat(fw.locale, { timeStyle: "medium", timeZone: report.time_zone }).format(at);
  const ROWS = [
    [fw.t("Cost, in minutes of customers' time"), (one) => count(Math.round(one.cost))],
    [fw.t("Contacts offered"), (one) => count(one.offered)],
    [fw.t("Service level"), (one) => share(one.service_level)],
    [fw.t("Abandoned"), (one) => share(one.abandonment)],
    [fw.t("Mean wait"), (one) => time(one.wait_s)],
    [fw.t("Longest wait"), (one) => time(one.longest_wait_s)],
    [fw.t("Promises made"), (one) => count(one.promises_made)],
    // Also of those that were made before the drill.
    [fw.t("Promises kept"), (one) => count(one.promises_kept)],
    [fw.t("Promises broken"), (one) => count(one.promises_broken)],
    [fw.t("CSAT"), (one) => share(one.csat)],
    [fw.t("Occupancy"), (one) => share(one.occupancy)],
    [fw.t("Worked too long without a break"), (one) => share(one.strained)],
    [fw.t("Gap between groups"), (one) => share(one.equity_gap)],
    [fw.t("Recovered after"), (one) => time(one.recovered_s)],
  ];
  let drawn = null, asking = false;

  async function draw(state) {
    const place = fw.training.place("report");
    if (state.phase === "reckoning") {
      drawn = null;
      place.replaceChildren(waiting(state));
      return;
    }
    if (state.phase !== "over" || !state.has_report || asking || drawn === state.version) return;
    asking = true;
    try {
      const report = await fw.http.get("/api/v1/training/report");
      drawn = state.version;
      place.replaceChildren(...made(report));
    } catch (error) {
      place.replaceChildren(fw.dom.make("p", "problem", fw.format.sentence(error.message)));
    }
    asking = false;
  }

  function waiting(state) {
    const bar = fw.dom.make("progress", "report-progress");
    bar.max = 1;
    bar.value = state.progress || 0;
    bar.setAttribute("aria-label", fw.t("How much is reckoned"));
    return fw.dom.make("div", "", fw.dom.make("p", "", fw.t("The drill is played again as if nothing had been done, and in many other ways, to find what would have been best. The floor stays as it is meanwhile.")), bar);
  }

  function made(report) {
    const { make } = fw.dom;
    const ways = ["html", "pdf"].map((kind) => {
      const way = make("a", "action", fw.t("The report as {kind}", { kind: kind.toUpperCase() }));
      // Whoever is given the link reads it in the language of who gave it.
      way.href = `/api/v1/training/report.${kind}?lang=${fw.language}`;
      if (kind === "html") way.target = "_blank";
      return way;
    });
    return [
      make("div", "report-figures", score(report), ...TIMES.map(([key, word]) => figure(report.onset ? time(report[key]) : "–", word, since(report, key)))),
      make("ul", "report-findings", ...report.findings.map((line, index) => make("li", "", fw.said((report.findings_said || [])[index], line)))),
      ...(report.courses.length ? [chart(report), make("div", "report-two", outcomes(report), timeline(report))] : [timeline(report)]),
      make("div", "dialog-buttons", ...ways),
    ];
  }

  /* What a time counts from. What was seen or done before that is in the timeline, so it is not said that it never was. */
  function since(report, key) {
    if (!report.onset) return fw.t("there was no trouble");
    if (report[key] !== null) return report.offer.answers ? fw.t("after the trouble began") : fw.t("after the first alert");
    if (key === "recovered_s") return fw.t("not within the drill");
    return report.offer.answers ? fw.t("not after the trouble began") : fw.t("not after the first alert");
  }

  const score = (report) => figure(report.score === null ? "–" : String(Math.round(report.score)), fw.t("score"), !report.offer.answers ? fw.t("a recording has nothing to compare with") : report.score === null ? fw.t("nothing could be won here") : fw.t("0 is doing nothing, 100 the best found"));

  function figure(value, label, note) {
    const { make } = fw.dom;
    return make("div", "report-figure", make("span", "report-value", value), make("span", "report-label", label), make("span", "report-note", note));
  }

  function outcomes(report) {
    const { make } = fw.dom, courses = report.courses;
    const head = make("tr", "", make("th", ""), ...courses.map((one) => Object.assign(make("th", "is-number", COURSES[one.name]), { scope: "col" })));
    const rows = ROWS.map(([label, told]) => make("tr", "", Object.assign(make("th", "", label), { scope: "row" }), ...courses.map((one) => make("td", "is-number", told(one.outcome)))));
    const table = make("table", "table", make("thead", "", head), make("tbody", "", ...rows));
    table.setAttribute("aria-label", fw.t("What came of it"));
    return make("div", "report-table", table);
  }

  function timeline(report) {
    const { make } = fw.dom;
    const rows = report.timeline.map((one) => {
      const row = make("li", "deed", make("span", "deed-time", clock(report, Date.parse(one.at))), make("span", "", fw.said(one.said, one.text)));
      row.dataset.kind = one.kind;
      return row;
    });
    return make("div", "", make("h3", "setup-caption", fw.t("What happened when, by the clock of {zone}", { zone: report.time_zone })), make("ol", "deeds", ...rows));
  }

  function svg(tag, attributes, text) {
    const element = document.createElementNS(SVG, tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    if (text !== undefined) element.textContent = text;
    return element;
  }

  /* The next even number that reads well, so that its half is whole too, as dashboard/training/charts.py has it. */
  function roundUp(most) {
    let scale = 1;
    while (10 * scale < most) scale *= 10;
    return [2, 4, 10].map((step) => step * scale).find((one) => one >= most);
  }

  /* Who waited at the end of each minute, a line a course; what was done stands below as marks. */
  function chart(report) {
    const { make } = fw.dom, began = Date.parse(report.began), ended = Date.parse(report.ended);
    const most = roundUp(Math.max(5, ...report.courses.flatMap((one) => one.minutes.map((minute) => minute.waiting))));
    const x = (at) => LEFT + ((at - began) / Math.max(1, ended - began)) * (WIDE - LEFT - 8);
    const y = (waiting) => 8 + (1 - waiting / most) * (HIGH - FOOT - 8);
    const picture = svg("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, class: "report-chart", role: "img" });
    picture.setAttribute("aria-label", fw.t("How many waited, minute by minute; at most {most}", { most }));
    [0, most / 2, most].forEach((value) => picture.append(svg("line", { x1: LEFT, x2: WIDE - 8, y1: y(value), y2: y(value), class: "report-line" }), svg("text", { x: LEFT - 8, y: y(value) + 5, class: "report-scale", "text-anchor": "end" }, count(value))));
    if (report.onset) picture.append(svg("line", { x1: x(Date.parse(report.onset)), x2: x(Date.parse(report.onset)), y1: 8, y2: HIGH - FOOT, class: "report-onset" }));
    report.courses.forEach((one) => picture.append(svg("path", { class: `report-course is-${one.name}`, d: one.minutes.map((minute, index) => `${index ? "L" : "M"}${x(Math.min(ended, Date.parse(minute.at) + MINUTE_MS)).toFixed(1)} ${y(minute.waiting).toFixed(1)}`).join("") || "M0 0" })));
    report.courses.filter((one) => one.name === "yours").flatMap((one) => one.deeds).forEach((deed) => {
      const mark = svg("circle", { cx: x(Date.parse(deed.at)), cy: HIGH - FOOT, r: 5, class: `report-deed is-${deed.by}` });
      mark.append(svg("title", {}, `${clock(report, Date.parse(deed.at))} ${fw.trainingActs.words(deed.act)}`));
      picture.append(mark);
    });
    [began, ended].forEach((at, index) => picture.append(svg("text", { x: x(at), y: HIGH - 4, class: "report-scale", "text-anchor": index ? "end" : "start" }, clock(report, at))));
    const legend = report.courses.map((one) => make("span", `report-key is-${one.name}`, COURSES[one.name]));
    return make("figure", "report-picture", make("figcaption", "setup-caption", fw.t("How many waited")), picture, make("div", "report-legend", ...legend));
  }

  fw.trainingReport = { draw };
})();
