/* The bar of the past, on every screen: which instant is shown, a day's minutes to wind to, and play.
   In the past it is always there and of its own colour, so that nobody takes that for the present. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const MINUTE_MS = 60000, DAY_MINUTES = 1440, WAIT_MS = 250, HELD_MS = 10000, LISTED_MAX = 1000, MISREAD_MAX = 60;
  let held = null, heldAt = -Infinity, incidents = [], parts = null, opened = false, timer = 0, wound = null, announced = "", drawnDay = "";

  function start() {
    const bar = document.getElementById("past-bar"), way = document.getElementById("past-open");
    if (!bar || !way) return false;
    way.addEventListener("click", turn);
    parts = make(bar);
    document.addEventListener("keydown", pressed);
    opened = fw.past.misread() !== null;
    if (opened || fw.past.on()) know();
    draw();
    return true;
  }

  function make(bar) {
    const { make: tag } = fw.dom;
    const button = (name, label, act) => {
      const made = tag("button", `past-button past-${name}`, ...[label].flat());
      made.type = "button";
      made.addEventListener("click", act);
      return made;
    };
    // Without its unit where there is no room for it.
    const label = (by) => [tag("span", "past-short", by), tag("span", "past-long", fw.t("{n} min", { n: by }))];
    const back = button("back", label("−1"), () => step(-1)), forward = button("forward", label("+1"), () => step(1));
    fw.dom.attribute(back, "aria-label", fw.t("A minute back"));
    fw.dom.attribute(back, "title", fw.t("A minute back, key {key}", { key: "," }));
    fw.dom.attribute(forward, "aria-label", fw.t("A minute forward"));
    fw.dom.attribute(forward, "title", fw.t("A minute forward, key {key}", { key: "." }));
    const speeds = fw.past.SPEEDS.map((speed) => {
      const made = button("speed", `${speed}×`, () => play(fw.past.speed() === speed ? 0 : speed));
      made.dataset.speed = String(speed);
      return made;
    });
    const playing = tag("div", "past-speeds", ...speeds);
    fw.dom.attribute(playing, "role", "group");
    fw.dom.attribute(playing, "aria-label", fw.t("Play"));
    const pause = button("pause", fw.t("Pause"), () => play(0));
    const day = field("input", "date", fw.t("Day"));
    day.addEventListener("change", () => { if (day.value) wind(fw.times.instantOf(day.value, Number(scrubber.value))); });
    // The slider is too coarse for a minute of a day.
    const time = field("input", "time", fw.t("Time"));
    time.addEventListener("change", () => { if (time.value) typed(fw.times.instantOf(day.value || today(), time.valueAsNumber / MINUTE_MS)); });
    const scrubber = field("input", "range", fw.t("Minute of the day"));
    Object.assign(scrubber, { min: 0, max: DAY_MINUTES - 1, step: 1 });
    scrubber.addEventListener("pointerdown", () => { if (heldIsOld()) askHeld().catch(() => null); });
    scrubber.addEventListener("input", () => wind(fw.times.instantOf(day.value || today(), Number(scrubber.value))));
    const marks = tag("div", "past-marks");
    marks.setAttribute("aria-hidden", "true");
    const list = field("select", null, fw.t("Incidents of the day"));
    list.addEventListener("change", () => { settled(); if (list.value) fw.past.go(Number(list.value)); list.value = ""; });
    const now = button("now", fw.t("Back to now"), leave);
    const nearest = button("nearest", "", () => { settled(); fw.past.go(fw.past.nearest()); });
    bar.append(tag("div", "past-controls", back, forward, pause, playing, day, time, tag("div", "past-track", marks, scrubber), list, nearest, now));
    return { bar, back, forward, speeds, pause, day, time, scrubber, marks, list, nearest, now, text: fw.dom.part(bar, "text") };
  }

  function field(name, type, label) {
    const made = fw.dom.make(name, `past-field past-${type || "list"}`);
    if (type) made.type = type;
    fw.dom.attribute(made, "aria-label", label);
    return made;
  }

  /* What the log holds, and the incidents to wind to; asked for when somebody wants to. */
  async function know() {
    try {
      await askHeld();
    } catch (error) {
      opened = false;
      fw.toasts.note(fw.format.sentence(error.message), "watch");
      draw();
      return;
    }
    try {
      const told = await (await fetch(`/api/v1/alerts?state=all&limit=${LISTED_MAX}`)).json();
      incidents = told.incidents || [];
    } catch (error) { incidents = []; }
    drawnDay = "";
    draw();
  }

  async function askHeld() {
    const told = await fw.http.get("/api/v1/past");
    [held, heldAt] = [told, performance.now()];
    fw.times.heard(told);
  }

  function turn() {
    if (fw.past.on()) { leave(); return; }
    opened = !opened;
    if (opened) know();
    else fw.address.set({ at: null });
    draw();
    if (opened) parts.scrubber.focus();
  }

  function leave() {
    settled();
    opened = false;
    fw.past.now();
    draw();
    document.getElementById("past-open").focus();
  }

  const present = () => fw.freshness.floorNow() || Date.now();
  const today = () => fw.times.placed(present()).day;
  /* What the bar stands at: where it is being wound to, what is shown, or now. */
  const place = () => (wound !== null ? wound : fw.past.on() ? fw.past.shown() : present());

  /* While it is being wound nothing is asked for: only where it comes to rest. */
  function wind(instant) {
    wound = within(instant);
    clearTimeout(timer);
    timer = setTimeout(() => { const to = wound; wound = null; fw.past.go(to); }, WAIT_MS);
    draw();
  }

  /* A time that the log does not hold is not left standing as if it were shown. */
  function typed(instant) {
    wind(instant);
    if (wound === instant) return;
    parts.time.valueAsNumber = fw.times.placed(wound).minute * MINUTE_MS;
    parts.day.value = fw.times.placed(wound).day;
    if (instant < Date.parse(held.since) || instant > Date.parse(held.until)) fw.toasts.note(notHeld(held, instant), "watch");
  }

  const first = () => Math.ceil(Date.parse(held.since) / MINUTE_MS) * MINUTE_MS;
  const last = () => Math.floor(Date.parse(held.until) / MINUTE_MS) * MINUTE_MS;
  const within = (instant) => (held && held.since ? Math.min(Math.max(instant, first()), Math.max(first(), last())) : instant);

  const heldIsOld = () => performance.now() - heldAt > HELD_MS;

  /* The log goes on meanwhile: its last minute is asked for again. */
  async function step(minutes) {
    if (heldIsOld()) await askHeld().catch(() => null);
    stepped(minutes);
  }

  const stepped = (minutes) => wind(Math.floor(place() / MINUTE_MS) * MINUTE_MS + minutes * MINUTE_MS);
  // Paused, it stands at the second that is seen, which need be no whole minute.
  const play = (speed) => fw.past.go(settled(), speed, { exact: true });

  /* Where it stands, where it was being wound to; what was to come of that does no more. */
  function settled() {
    const instant = place();
    clearTimeout(timer);
    wound = null;
    return instant;
  }

  function pressed(event) {
    if (!parts || parts.bar.hidden || !fw.keys.free(event)) return;
    if (event.key === "," || event.key === ".") {
      event.preventDefault();
      step(event.key === "," ? -1 : 1);
    }
  }

  function draw() {
    if (!parts) return;
    const on = fw.past.on(), hidden = !on && !opened, way = document.getElementById("past-open");
    fw.dom.attribute(way, "aria-expanded", String(!hidden));
    fw.dom.text(way, on ? fw.t("Back to now") : fw.t("Wind back"));
    if (parts.bar.hidden !== hidden) {
      parts.bar.hidden = hidden;
      if (fw.grid) fw.grid.fit();
    }
    if (hidden) { announce(""); return; }
    const { attribute, text } = fw.dom, told = fw.past.told(), speed = fw.past.speed();
    attribute(parts.bar, "data-past", on ? "on" : "off");
    text(parts.text, words(told));
    parts.now.hidden = !on;
    const nearest = fw.past.nearest();
    parts.nearest.hidden = nearest === null;
    text(parts.nearest, nearest === null ? "" : fw.t("Show {time}", { time: fw.times.dated(nearest) }));
    parts.pause.hidden = !speed;
    parts.speeds.forEach((one) => attribute(one, "aria-pressed", String(Number(one.dataset.speed) === speed)));
    drawPlace();
    if (on) announce(place() === null ? "" : fw.past.outside() ? words(told) : said());
  }

  function drawPlace() {
    const instant = place();
    if (instant === null) return;
    const { day, minute } = fw.times.placed(instant);
    if (document.activeElement !== parts.day) parts.day.value = day;
    if (document.activeElement !== parts.time) parts.time.valueAsNumber = minute * MINUTE_MS;
    if (held && held.since) {
      parts.day.min = fw.times.placed(Date.parse(held.since)).day;
      parts.day.max = fw.times.placed(Math.max(Date.parse(held.until), instant)).day;
    }
    if (Number(parts.scrubber.value) !== minute) parts.scrubber.value = String(minute);
    fw.dom.attribute(parts.scrubber, "aria-valuetext", fw.times.minute(instant));
    if (day !== drawnDay) drawMarks(day);
  }

  /* The day's incidents over its minutes, and as a list for who takes no mouse. */
  function drawMarks(day) {
    drawnDay = day;
    const { make: tag } = fw.dom;
    const ofDay = incidents.map((one) => ({ one, at: Date.parse(one.opened_at) })).filter(({ at }) => fw.times.placed(at).day === day).sort((a, b) => a.at - b.at);
    parts.marks.replaceChildren(...ofDay.map(({ one, at }) => {
      const kind = fw.alertWords.kind(one), mark = tag("span", "past-mark", kind.mark);
      mark.dataset.state = kind.state;
      mark.style.setProperty("--place", String(fw.times.placed(at).minute / (DAY_MINUTES - 1)));
      return mark;
    }));
    const none = new Option(ofDay.length ? fw.tn("{n} incident", "{n} incidents", ofDay.length) : fw.t("No incidents"), "");
    parts.list.replaceChildren(none, ...ofDay.map(({ one, at }) => new Option(`${fw.times.minute(at)} ${fw.alertWords.titleOf(one)}`, String(at))));
    parts.list.disabled = !ofDay.length;
  }

  /* The one sentence that nobody may miss. */
  function said() {
    const instant = place(), told = { time: fw.times.minute(instant), day: fw.times.dayOf(instant) };
    return fw.t("As it was at {time} on {day}, not now.", told);
  }

  function words(told) {
    const misread = fw.past.misread(), outside = fw.past.outside();
    if (misread !== null) return fw.t("«{text}» is no time such as {example}: this is now.", { text: misread.slice(0, MISREAD_MAX), example: fw.past.EXAMPLE });
    if (!fw.past.on()) return fw.t("Wind any screen back: choose a minute, or play from it.");
    const speed = fw.past.speed(), refused = fw.past.refused();
    if (outside) return notHeld(outside);
    if (refused) return fw.format.sentences(said(), fw.format.sentence(refused));
    if (!told || !told.ready) return fw.format.sentences(said(), reading(told));
    return speed ? fw.format.sentences(said(), fw.t("Playing at {speed}×.", { speed })) : said();
  }

  /* Which span can be looked at instead. */
  function notHeld({ since, until }, asked = place()) {
    if (since === null) return fw.t("The log holds no event yet.");
    const [moment, from, to] = [asked, Date.parse(since), Date.parse(until)].map((instant) => fw.times.dated(instant));
    return fw.t("The log holds nothing of {moment}: it goes from {from} to {to}, by the clock of {zone}.", { moment, from, to, zone: fw.times.place() });
  }

  function reading(told) {
    if (!told || told.progress === null || told.left_s === null) return fw.t("Being read from the log …");
    const share = fw.format.plain(fw.format.share(told.progress, true));
    return fw.t("Being read from the log: {share}, about {span} more.", { share, span: fw.freshness.span(Math.max(1, Math.round(told.left_s))) });
  }

  /* Said aloud when the past is entered and left, not with each second. */
  function announce(words_) {
    const next = fw.past.outside() ? "outside" : fw.past.on() ? "past" : "";
    if (next === announced) return;
    announced = next;
    fw.toasts.say(next ? words_ : fw.t("This is now."));
  }

  document.addEventListener("DOMContentLoaded", () => {
    const wait = setInterval(() => { if (start()) clearInterval(wait); }, 50);
    fw.past.follow(draw);
    fw.freshness.follow(() => { if (fw.past.on() && fw.past.speed()) draw(); });
  });
})();
