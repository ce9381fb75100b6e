/* The last hour by minute: what came and what became of it as columns, and the service level of each
   minute as a line against its goal. A minute without evidence has no point. The whole of it is one slider
   of minutes: each is far too narrow to be pressed by itself. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const SVG = "http://www.w3.org/2000/svg", MINUTES = 60, HEIGHT = 100, WIDTH = 600, BAR = 7;

  function svg(tag, attributes) {
    const element = document.createElementNS(SVG, tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    return element;
  }

  // What the chart tells of a minute, in the order in which it is told.
  const COUNTED = ["offered", "answered", "answered_in_target", "abandoned"];

  /* `lead(minute, of)` is called with the minute that is pressed, and its counts from the pressed one on. */
  function make(lead) {
    const { make: tag } = fw.dom;
    const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" });
    const plot = tag("div", "hour-plot"), most = tag("span", "hour-most"), read = tag("span", ""), way = tag("button", "way hour-way", fw.t("The contacts behind it"));
    const axis = tag("div", "hour-axis", ...[0, 15, 30, 45].map(() => tag("span", "")), tag("span", ""));
    const legend = tag("div", "hour-legend", key("answered", fw.t("answered")), key("abandoned", fw.t("abandoned")), key("offered", fw.t("offered")), key("level", fw.t("service level, 0 to 100 %")));
    plot.append(picture, most);
    way.type = "button";
    way.hidden = true;
    const element = tag("div", "hour", plot, axis, legend, tag("p", "hour-read", read, " ", way));
    const chart = { element, picture, plot, most, axis, read, way, lead, minutes: [], at: null, left: null, rests: null, byTouch: false };
    plot.tabIndex = 0;
    plot.title = fw.t("The contacts behind it");
    Object.entries({ role: "slider", "aria-valuemin": "0", "aria-valuemax": String(MINUTES - 1) }).forEach(([name, value]) => plot.setAttribute(name, value));
    way.addEventListener("click", () => follow(chart));
    byPointer(chart);
    byKeyboard(chart);
    return chart;
  }

  function under({ plot }, x) {
    const box = plot.getBoundingClientRect();
    return Math.floor((x - box.left) / box.width * MINUTES);
  }

  /* A finger is as wide as several minutes: it chooses one, and a button leads on. `rests` is where a
     mouse is over the minutes, which go on moving left beneath it. */
  function byPointer(chart) {
    const { plot } = chart;
    const read = (event) => {
      chart.rests = event.pointerType === "touch" ? null : event.clientX;
      point(chart, under(chart, event.clientX));
    };
    plot.addEventListener("pointerdown", (event) => { chart.byTouch = event.pointerType === "touch"; read(event); });
    plot.addEventListener("pointermove", read);
    plot.addEventListener("pointerleave", () => { chart.rests = null; if (!chart.byTouch) point(chart, null); });
    plot.addEventListener("click", (event) => {
      // What presses without a pointer presses the minute that it has read.
      if (!event.detail) { if (chart.at === null) begin(chart); follow(chart); return; }
      point(chart, under(chart, event.clientX));
      if (!chart.byTouch) follow(chart, COUNTED.find((of) => event.target.classList.contains(`hour-${of}`)));
    });
  }

  function byKeyboard(chart) {
    const { plot } = chart, last = MINUTES - 1;
    const earlier = (at) => at - 1, later = (at) => at + 1;
    // Who is told of a slider is told that arrows up and down move it, too.
    const steps = { ArrowLeft: earlier, ArrowDown: earlier, ArrowRight: later, ArrowUp: later, Home: () => 0, End: () => last };
    plot.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && !Object.hasOwn(steps, event.key)) return;
      event.preventDefault();
      chart.byTouch = false;
      // What is chosen by key is no longer what a mouse rests on.
      chart.rests = null;
      if (event.key === "Enter") follow(chart);
      else point(chart, chart.at === null ? last : steps[event.key](chart.at));
    });
    // Who comes back from the contacts of a minute is at that minute again.
    plot.addEventListener("focus", () => { if (plot.matches(":focus-visible")) begin(chart); });
    plot.addEventListener("blur", () => {
      chart.left = chart.at === null ? null : chart.minutes[chart.at].minute;
      if (!chart.byTouch) point(chart, null);
    });
  }

  const indexOf = (minutes, minute) => minutes.findIndex((one) => one.minute === minute);

  function begin(chart) {
    const before = indexOf(chart.minutes, chart.left);
    point(chart, before < 0 ? MINUTES - 1 : before);
  }

  const happened = (one) => COUNTED.some((of) => one[of]);

  /* To the contacts of the minute that is chosen; in one in which nothing happened there are none. */
  function follow(chart, pressed = COUNTED[0]) {
    const one = chart.at === null ? null : chart.minutes[chart.at];
    if (one && happened(one)) chart.lead(one.minute, [pressed, ...COUNTED.filter((of) => of !== pressed)]);
  }

  function key(name, words) {
    const sign = fw.dom.make("span", "hour-key");
    sign.dataset.of = name;
    return fw.dom.make("span", "hour-what", sign, words);
  }

  /* Where to point once these minutes are drawn. Under a mouse that rests it is what has come there, which
     a press opens; else a minute that is looked at stays the one, until the hour has left it behind. */
  function afterwards(chart, minutes) {
    if (chart.rests !== null) return under(chart, chart.rests);
    const at = chart.at === null ? -1 : indexOf(minutes, chart.minutes[chart.at].minute);
    return at < 0 ? null : at;
  }

  function draw(chart, minutes, goal) {
    const told = JSON.stringify(minutes) + goal;
    if (told === chart.drawn) return;
    chart.drawn = told;
    const at = afterwards(chart, minutes);
    chart.minutes = minutes;
    const most = Math.max(1, ...minutes.map((one) => Math.max(one.offered || 0, (one.answered || 0) + (one.abandoned || 0))));
    const step = WIDTH / MINUTES, tall = (count) => (count || 0) / most * HEIGHT, parts = [];
    minutes.forEach((one, index) => {
      const x = index * step + (step - BAR) / 2, answered = tall(one.answered), abandoned = tall(one.abandoned);
      if (one.offered) parts.push(svg("rect", { class: "hour-offered", x, width: BAR, y: HEIGHT - tall(one.offered), height: tall(one.offered) }));
      if (answered) parts.push(svg("rect", { class: "hour-answered", x, width: BAR, y: HEIGHT - answered, height: answered }));
      if (abandoned) parts.push(svg("rect", { class: "hour-abandoned", x, width: BAR, y: HEIGHT - answered - abandoned, height: abandoned }));
    });
    parts.push(svg("path", { class: "spark-goal", d: `M0 ${HEIGHT - goal * HEIGHT}H${WIDTH}` }));
    parts.push(svg("path", { class: "hour-level", d: line(minutes, step) }));
    chart.mark = svg("rect", { class: "hour-mark", y: 0, height: HEIGHT, width: step, x: -step });
    chart.picture.replaceChildren(chart.mark, ...parts);
    fw.dom.text(chart.most, fw.t("{n} a minute", { n: most }));
    [0, 15, 30, 45, 59].forEach((minute, index) => fw.dom.text(chart.axis.children[index], minutes[minute] ? fw.times.minute(Date.parse(minutes[minute].minute)) : ""));
    fw.dom.attribute(chart.plot, "aria-label", spoken(minutes));
    point(chart, at);
  }

  function line(minutes, step) {
    let path = "", pen = "M";
    minutes.forEach((one, index) => {
      if (!fw.format.given(one.service_level)) { pen = "M"; return; }
      path += `${pen}${(index + 0.5) * step} ${Math.max(1, HEIGHT - one.service_level * HEIGHT).toFixed(1)}${pen === "M" ? "h0" : ""}`;
      pen = "L";
    });
    return path || "M0 0";
  }

  function spoken(minutes) {
    const sum = (name) => minutes.reduce((all, one) => all + (one[name] || 0), 0);
    return fw.t("The last hour: {offered} offered, {answered} answered, {abandoned} abandoned. Arrows left and right read each minute, Enter shows its contacts.", { offered: sum("offered"), answered: sum("answered"), abandoned: sum("abandoned") });
  }

  /* One minute in words, and marked in the picture. */
  function point(chart, minute) {
    chart.at = minute === null || !chart.minutes.length ? null : Math.max(0, Math.min(MINUTES - 1, minute));
    const one = chart.at === null ? null : chart.minutes[chart.at], newest = chart.minutes[MINUTES - 1];
    if (chart.mark) chart.mark.setAttribute("x", one ? chart.at * WIDTH / MINUTES : -WIDTH);
    fw.dom.text(chart.read, one ? words(one) : "");
    chart.way.hidden = !(chart.byTouch && one && happened(one));
    fw.dom.attribute(chart.plot, "data-leads", one && happened(one) ? "true" : null);
    fw.dom.attribute(chart.plot, "aria-valuenow", String(chart.at === null ? MINUTES - 1 : chart.at));
    fw.dom.attribute(chart.plot, "aria-valuetext", one || newest ? words(one || newest) : null);
  }

  function words(one) {
    const { count, share, duration, plain } = fw.format;
    return fw.t("{time}: {offered} offered, {answered} answered, {abandoned} abandoned, {level} in target, ASA {asa}", {
      time: fw.times.minute(Date.parse(one.minute)), offered: plain(count(one.offered)), answered: plain(count(one.answered)), abandoned: plain(count(one.abandoned)),
      level: plain(share(one.service_level)), asa: plain(duration(one.average_speed_of_answer_s)),
    });
  }

  fw.hourChart = { make, draw };
})();
