/* Leading a drill: where its time is, pausing, going on, faster and slower, back, and the end. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const SPEEDS = [0.5, 1, 2, 5, 10, 30, 60];
  const SECOND_MS = 1000, MINUTE_MS = 60000;
  let parts = null, held = false;

  function draw(state) {
    if (!parts) parts = build();
    const trainer = fw.training.role() === "trainer", running = fw.training.running(state);
    fw.dom.text(parts.turn, state.phase === "paused" ? fw.t("Go on") : fw.t("Pause"));
    parts.turn.disabled = !running;
    parts.end.disabled = !running;
    parts.speed.disabled = !running;
    // Another pace than those on offer may have been asked for over HTTP.
    if (!Array.from(parts.speed.options).some((one) => one.value === String(state.speed))) parts.speed.append(new Option(`${state.speed}×`, String(state.speed)));
    parts.speed.value = String(state.speed);
    parts.rewinding.hidden = !(trainer && (running || state.phase === "over"));
    parts.leading.hidden = !trainer;
    tick(state);
  }

  function build() {
    const { make } = fw.dom, tell = fw.training.tell;
    const where = make("p", "course-where"), bar = make("div", "course-bar", make("div", "course-done"));
    const turn = button(fw.t("Pause"), "is-main", () => tell(fw.training.state().phase === "paused" ? "resume" : "pause"));
    const speed = make("select", "field");
    speed.setAttribute("aria-label", fw.t("How fast the floor's time runs"));
    SPEEDS.forEach((one) => speed.append(new Option(`${one}×`, String(one))));
    speed.addEventListener("change", () => tell("speed", { speed: Number(speed.value) }));
    const end = button(fw.t("Finish and reckon"), "", () => tell("finish"));
    const leave = button(fw.t("Leave the drill"), "", () => tell("leave"));
    const slider = make("input", "course-slider");
    Object.assign(slider, { type: "range", step: SECOND_MS });
    slider.setAttribute("aria-label", fw.t("Rewind to"));
    slider.addEventListener("input", () => { held = true; show(); });
    const to = button(fw.t("Rewind"), "", () => back({ to: new Date(Number(slider.value)).toISOString() }));
    const five = button(fw.t("5 min back"), "", () => back({ back_minutes: 5 }));
    const start = button(fw.t("To the start"), "", () => back({ to: fw.training.state().began }));
    const rewinding = make("div", "course-row", slider, to, five, start);
    const leading = make("div", "course-row", turn, speed, end, leave);
    fw.training.place("course").replaceChildren(where, bar, leading, rewinding);
    const show = () => fw.dom.text(to, fw.t("Rewind to {time}", { time: fw.freshness.clock(Number(slider.value)) }));
    return { where, bar, turn, speed, end, slider, to, rewinding, leading, show };
  }

  async function back(body) {
    held = false;
    if (await fw.training.tell("rewind", body)) fw.toasts.note(fw.t("Rewinding: what was done later is undone"));
  }

  function button(words, kind, act) {
    const made = fw.dom.make("button", `action ${kind}`, words);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  }

  /* Called at every tick: the time goes on by itself. */
  function tick(state) {
    if (!parts || !state.began) return;
    const began = Date.parse(state.began), ends = Date.parse(state.ends), now = reached(state, began, ends);
    const done = now === null ? 0 : (now - began) / Math.max(1, ends - began);
    fw.dom.text(parts.where, now === null ? "" : where(state, { time: fw.freshness.clock(now), n: Math.floor((now - began) / MINUTE_MS), all: Math.round((ends - began) / MINUTE_MS) }));
    parts.bar.firstChild.style.width = `${(100 * done).toFixed(2)}%`;
    if (now === null) return;
    parts.slider.min = began;
    parts.slider.max = Math.max(began + SECOND_MS, Math.floor(now / SECOND_MS) * SECOND_MS);
    if (!held) parts.slider.value = parts.slider.max;
    parts.show();
  }

  function where(state, told) {
    return state.phase === "paused" ? fw.t("{time}, minute {n} of {all}, paused", told) : fw.t("{time}, minute {n} of {all}", told);
  }

  /* The floor's time, as the screens have it; before its picture is there, as the desk told it. */
  function reached(state, began, ends) {
    if (!fw.training.running(state)) return state.at ? Math.min(Date.parse(state.at), ends) : null;
    const shown = fw.freshness.floorNow();
    return shown === null ? null : Math.max(began, Math.min(shown, ends));
  }

  fw.trainingCourse = { draw, tick };
})();
