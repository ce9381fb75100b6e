/* The last hour by minute: what came and what became of it as columns, and the service level of each
   minute as a line against its goal. A minute without evidence has no point. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const SVG = "http://www.w3.org/2000/svg", MINUTES = 60, HEIGHT = 100, WIDTH = 600, BAR = 7;

  function svg(tag, attributes) {
    const element = document.createElementNS(SVG, tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    return element;
  }

  function make() {
    const { make: tag } = fw.dom;
    const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" });
    const plot = tag("div", "hour-plot"), most = tag("span", "hour-most"), read = tag("p", "hour-read");
    const axis = tag("div", "hour-axis", ...[0, 15, 30, 45].map(() => tag("span", "")), tag("span", ""));
    const legend = tag("div", "hour-legend", key("answered", fw.t("answered")), key("abandoned", fw.t("abandoned")), key("offered", fw.t("offered")), key("level", fw.t("service level, 0 to 100 %")));
    plot.append(picture, most);
    read.setAttribute("role", "status");
    const element = tag("div", "hour", plot, axis, legend, read);
    const chart = { element, picture, plot, most, axis, read, minutes: [], at: null };
    plot.tabIndex = 0;
    plot.setAttribute("role", "img");
    plot.addEventListener("pointermove", (event) => { const box = plot.getBoundingClientRect(); point(chart, Math.floor((event.clientX - box.left) / box.width * MINUTES)); });
    plot.addEventListener("pointerleave", () => point(chart, null));
    plot.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step) { event.preventDefault(); point(chart, (chart.at === null ? MINUTES : chart.at) + step); }
    });
    plot.addEventListener("blur", () => point(chart, null));
    return chart;
  }

  function key(name, words) {
    const sign = fw.dom.make("span", "hour-key");
    sign.dataset.of = name;
    return fw.dom.make("span", "hour-what", sign, words);
  }

  function draw(chart, minutes, goal) {
    const told = JSON.stringify(minutes) + goal;
    if (told === chart.drawn) return;
    chart.drawn = told;
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
    point(chart, chart.at);
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
    return fw.t("The last hour: {offered} offered, {answered} answered, {abandoned} abandoned. Arrows left and right read each minute.", { offered: sum("offered"), answered: sum("answered"), abandoned: sum("abandoned") });
  }

  /* One minute in words, and marked in the picture. */
  function point(chart, minute) {
    chart.at = minute === null || !chart.minutes.length ? null : Math.max(0, Math.min(MINUTES - 1, minute));
    const one = chart.at === null ? null : chart.minutes[chart.at], { count, share, duration, plain } = fw.format;
    if (chart.mark) chart.mark.setAttribute("x", one ? chart.at * WIDTH / MINUTES : -WIDTH);
    fw.dom.text(chart.read, one ? fw.t("{time}: {offered} offered, {answered} answered, {abandoned} abandoned, {level} in target, ASA {asa}", {
      time: fw.times.minute(Date.parse(one.minute)), offered: plain(count(one.offered)), answered: plain(count(one.answered)), abandoned: plain(count(one.abandoned)),
      level: plain(share(one.service_level)), asa: plain(duration(one.average_speed_of_answer_s)),
    }) : "");
  }

  fw.hourChart = { make, draw };
})();
