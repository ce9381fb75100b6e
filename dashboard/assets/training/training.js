/* Drills: who looks (trainer or trainee), how the drill stands, and which panes that leaves open. Frames
   say that something changed; what it is comes whole from the API. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const AGAIN_MS = 1000;
  const RUNNING = ["playing", "paused"];
  let state = null, version = null, asking = false, started = false, newest = null;

  const role = () => (new URLSearchParams(location.search).get("as") === "trainee" ? "trainee" : "trainer");
  const place = (name) => document.getElementById(`training-${name}`);
  const pane = (name) => document.querySelector(`[data-pane="${name}"]`);

  function draw(frame) {
    start();
    if (!frame) return window.dash_clientside.no_update;
    newest = frame;
    document.documentElement.dataset.floor = "drawn";
    title(frame);
    document.getElementById("training-none").hidden = Boolean(frame.training);
    if (frame.training && frame.training.version !== version) ask();
    fw.trainingFloor.draw(frame);
    show();
    fw.freshness.tick();
    return frame.seq;
  }

  function title(frame) {
    const who = role() === "trainee" ? fw.t("Trainee") : fw.t("Training");
    const told = frame.picture ? `${who} · ${frame.picture.title}` : who;
    fw.dom.text(document.getElementById("title"), told);
    if (document.title.replace(/^\(\d+\) /, "") !== told) document.title = told;
    fw.alertStrip.show();
  }

  function start() {
    if (started) return;
    started = true;
    document.getElementById("training").dataset.role = role();
    fw.freshness.follow(() => { if (state) fw.trainingCourse.tick(state); });
  }

  async function ask() {
    if (asking) return;
    asking = true;
    const wanted = newest.training.version;
    try {
      take(await fw.http.get(`/api/v1/training?as=${role()}`));
      version = wanted;
    } catch (error) {
      say(fw.format.sentence(error.message), true);
      setTimeout(() => { version = null; }, AGAIN_MS);
    }
    asking = false;
    if (newest.training && newest.training.version !== version) ask();
  }

  function take(told) {
    state = told;
    fw.trainingActs.draw(told);
    fw.trainingCourse.draw(told);
    fw.trainingReport.draw(told);
    if (role() === "trainer") fw.trainingSetup.draw(told);
    say(words(told), Boolean(told.problem));
    show();
  }

  /* Have the desk do something; what it answers is how the drill stands then. */
  async function tell(action, body) {
    try {
      const told = await fw.http.post(`/api/v1/training/${action}`, body);
      // The trainer's answer has more in it than a trainee is told.
      if (role() === "trainer" && action !== "do") take(told);
      return true;
    } catch (error) {
      fw.toasts.note(fw.format.sentence(error.message), "watch");
      return false;
    }
  }

  function show() {
    const phase = state ? state.phase : "idle", trainer = role() === "trainer", desk = Boolean(newest && newest.training);
    const running = RUNNING.includes(phase);
    const open = {
      setup: desk && trainer && ["idle", "over"].includes(phase),
      course: desk && phase !== "idle" && (trainer || running),
      surprises: desk && trainer && running && state.offer.answers,
      responses: desk && running,
      deeds: desk && state && state.deeds.length > 0,
      report: desk && ["over", "reckoning"].includes(phase),
    };
    Object.entries(open).forEach(([name, is]) => { pane(name).hidden = !is; });
    document.querySelector('[data-sheet="training-queues"]').hidden = !(newest && newest.picture && newest.picture.drill);
    ["training", "screen"].forEach((id) => { document.getElementById(id).dataset.phase = phase; });
    columns();
  }

  /* A column with nothing in it leaves its room to the other. */
  function columns() {
    ["training-trainer", "training-trainee"].forEach((id) => {
      const column = document.getElementById(id), open = Array.from(column.children).some((sheet) => !sheet.hidden);
      fw.dom.attribute(column, "data-open", open ? null : "none");
      if (id === "training-trainee") fw.dom.attribute(column.parentElement, "data-trainee", open ? null : "none");
    });
  }

  const done = (told) => fw.format.percent(String(Math.round((told.progress || 0) * 100)));

  function words(told) {
    if (told.problem) return fw.format.sentence(told.problem);
    if (told.phase === "preparing") return fw.t("The floor is being prepared: {share} done.", { share: done(told) });
    if (told.phase === "reckoning") return fw.t("The drill is over and is being reckoned: {share} done.", { share: done(told) });
    if (told.phase === "idle" && role() === "trainee") return fw.t("No drill is running. The trainer begins one; this page then follows by itself.");
    return "";
  }

  function say(text, grave) {
    const told = place("told");
    told.dataset.tone = grave ? "bad" : "";
    told.hidden = !text;
    fw.dom.text(told, text);
  }

  const switched = () => fw.view.switched();

  fw.training = { tell, place, role, state: () => state, running: (told) => RUNNING.includes(told.phase) };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { training: { draw, switched } });
})();
