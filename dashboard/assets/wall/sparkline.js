/* An hour of service level, 0 to 100 %, with its goal: a gap where nothing is known. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const SVG = "http://www.w3.org/2000/svg", STEPS = 59;

  const percent = (level) => fw.format.percent(String(Math.round(level * 100)));

  function svg(tag, attributes) {
    const element = document.createElementNS(SVG, tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    return element;
  }

  /* A box of 59 by 100: one step a minute, one unit a percent, stretched to where it stands. */
  function sparkline() {
    const { make } = fw.dom;
    const picture = svg("svg", { viewBox: "0 0 59 100", preserveAspectRatio: "none", "aria-hidden": "true" });
    const goal = svg("line", { class: "spark-goal", x1: 0, x2: STEPS });
    const path = svg("path", { class: "spark-line" });
    picture.append(goal, path);
    const dot = make("span", "spark-dot"), goalText = make("span", "spark-scale goal");
    const plot = make("div", "spark-plot");
    plot.append(picture, dot);
    const scale = make("div", "spark-axis", goalText, make("span", "spark-scale foot", percent(0)));
    const element = make("div", "spark", plot, scale);
    element.setAttribute("role", "img");
    return { element, goal, path, dot, goalText, drawn: "" };
  }

  function pathOf(levels) {
    let path = "", pen = "M";
    levels.forEach((level, minute) => {
      if (level === null) { pen = "M"; return; }
      const y = (100 - level * 100).toFixed(1);
      // A lone point is a line of no length, which round caps make visible.
      path += `${pen}${minute} ${y}`;
      if (pen === "M") path += `h0`;
      pen = "L";
    });
    return path;
  }

  function draw(spark, levels, goal) {
    const path = pathOf(levels || []);
    const last = levels && levels.length ? levels[levels.length - 1] : null;
    if (spark.drawn === path + goal) return;
    spark.drawn = path + goal;
    const { text, attribute } = fw.dom;
    attribute(spark.goal, "y1", String(100 - goal * 100));
    attribute(spark.goal, "y2", String(100 - goal * 100));
    attribute(spark.path, "d", path || "M0 0");
    spark.goalText.style.top = `${100 - goal * 100}%`;
    text(spark.goalText, percent(goal));
    spark.dot.hidden = last === null;
    if (last !== null) spark.dot.style.top = `${100 - last * 100}%`;
    attribute(spark.element, "aria-label", spoken(levels || [], goal));
    attribute(spark.element, "title", fw.t("Service level of the last 5 minutes, over the last hour, 0 to 100 %"));
  }

  function spoken(levels, goal) {
    const known = levels.filter((level) => level !== null);
    if (!known.length) return fw.t("Service level over the last hour: nothing known");
    return fw.t("Service level over the last hour: from {low} to {high}, now {now}, goal {goal}", {
      low: percent(Math.min(...known)), high: percent(Math.max(...known)), now: percent(known[known.length - 1]), goal: percent(goal),
    });
  }

  fw.sparkline = { make: sparkline, draw, pathOf };
})();
