/* The six large figures of the floor, and the sentence above them. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  let drawn = false, waits = null, where = "", spark = null, announced = "";

  function draw(picture, standing) {
    const { counts, figures, now } = picture.figures.floor, f = fw.format;
    const all = (counts.answered_waited || 0) + (counts.abandoned || 0);
    const known = agentsKnown(picture);
    drawn = true;
    sentence(standing);
    const trend = fw.trend.of(picture.hour);
    show("level", fw.trend.beside(f.share(figures.service_level), trend), levelNote(picture), picture);
    fw.dom.attribute(document.querySelector('[data-figure="level"]'), "title", trend ? fw.trend.words(trend) : null);
    show("waiting", f.count(now.waiting), null);
    waits = now.waiting ? now.oldest_wait_s : null;
    where = waits === null ? "" : oldestIn(picture);
    show("asa", f.duration(figures.average_speed_of_answer_s), answeredNote(counts), picture);
    show("abandoned", f.share(figures.abandonment_rate, true), all ? fw.t("{n} of {all}", { n: counts.abandoned, all }) : fw.t("no contacts yet"), picture);
    const csat = f.csat(counts, figures);
    show("csat", csat.value, csat.note, picture);
    show("agents", known ? f.count(now.agents_available) : f.DASH, known ? fw.people.words(now, known) : fw.t("agents not told"));
    aside(picture, standing, now, known);
  }

  /* A figure of a window names it beside its label. */
  function show(name, value, note, windowed) {
    const figure = document.querySelector(`[data-figure="${name}"]`);
    if (windowed) fw.dom.text(fw.dom.part(figure, "window"), ` · ${fw.format.window(windowed.figures.window)}`);
    fw.dom.value(fw.dom.part(figure, "value"), value);
    if (note !== null) fw.dom.text(fw.dom.part(figure, "note"), note);
    return figure;
  }

  function levelNote(picture) {
    const targets = Object.values(picture.labels).flatMap((label) => Object.values(label.target_s));
    const one = new Set(targets).size === 1;
    const target = one ? fw.t("in {target}", { target: fw.format.target(targets[0]) }) : fw.t("in own targets");
    return fw.format.comma(target, fw.format.VARIANTS[picture.floor_service_level]);
  }

  function answeredNote(counts) {
    return counts.answered_waited
      ? fw.tn("average of {n} answered", "average of {n} answered", counts.answered_waited)
      : fw.t("nobody answered yet");
  }

  /* Beside the number: the hour for the service level, «of 84» and the bar for the agents. */
  function aside(picture, standing, now, known) {
    const place = (name) => fw.dom.part(document.querySelector(`[data-figure="${name}"]`), "aside");
    if (!spark) place("level").append((spark = fw.sparkline.make()).element);
    fw.sparkline.draw(spark, picture.hour.service_level, standing.goal);
    fw.dom.text(place("agents"), known ? fw.t("of {all}", { all: now.agents_staffed }) : "");
    const level = picture.figures.floor.figures.service_level;
    const figure = document.querySelector('[data-figure="level"]');
    const bad = standing.state === "trouble" ? "trouble" : "bad";
    fw.dom.attribute(figure, "data-tone", level !== null && level < standing.goal ? bad : null);
  }

  function countUp(passed) {
    // Before the first frame it is not known that nobody waits.
    if (!drawn) return;
    const figure = document.querySelector('[data-figure="waiting"]');
    const oldest = waits === null ? null : fw.format.plain(fw.format.duration(waits + passed));
    fw.dom.text(fw.dom.part(figure, "note"), oldest === null ? fw.t("nobody waits") : fw.format.comma(fw.t("oldest {time}", { time: oldest }), where));
  }

  function sentence(standing) {
    const place = document.getElementById("sentence");
    fw.dom.attribute(place, "data-state", standing.state);
    const lead = fw.standing.lead(standing), rest = fw.standing.rest(standing);
    fw.dom.text(fw.dom.part(place, "lead"), lead);
    fw.dom.text(fw.dom.part(place, "rest"), rest);
    fw.dom.attribute(place, "title", `${lead} ${rest}`);
    if (lead !== announced) {
      announced = lead;
      fw.dom.text(document.getElementById("announce"), `${lead} ${rest}`);
    }
  }

  /* Which queue has the contact that waits longest. */
  function oldestIn(picture) {
    const wait = (queue) => picture.figures.queues[queue].now.oldest_wait_s || 0;
    const oldest = Object.keys(picture.figures.queues).reduce((a, b) => (wait(a) >= wait(b) ? a : b));
    const label = picture.labels[oldest];
    return oldest ? (label ? label.name : oldest) : "";
  }

  function agentsKnown(picture) {
    const { now, figures } = picture.figures.floor;
    return Boolean(now.agents_staffed) || fw.format.given(figures.occupancy);
  }

  fw.floor = { draw, sentence, countUp, agentsKnown };
})();
