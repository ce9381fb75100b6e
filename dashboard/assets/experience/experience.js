/* What customers said: asked for again every few seconds while somebody looks, and drawn by the parts
   below it. What stands here stays when an answer fails, greyed as what is old, with why above it. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const BASE = "/api/v1/experience", EVERY_MS = 5000, READING_MS = 1000, MS = 1000, REFUSED = 422, UNKNOWN = 404;
  const CHOICES = {
    window: { known: ["60m", "240m", "today"], usual: "today" },
    by: { known: ["channel", "queue", "segment", "language", "journey_stage"], usual: "channel" },
    channel: { known: ["voice", "chat", "video", "in_person", "sms", "whatsapp", "email", "social", "callback"], usual: "voice" },
  };
  // Played fast, the past is asked for again before it is this much older.
  const JUMP_MS = 60000;
  // The past that is shown, and the one that was asked for; null is now. Undefined is none yet.
  let timer = null, asked = 0, then = null, look = null, askedFor;
  // Whose floor is shown: its own, a drill's, which nobody's answers are kept of, or none yet.
  let floor = "own";

  const there = () => document.getElementById("experience");
  const chosen = (name) => fw.address.get(name, CHOICES[name].known) || CHOICES[name].usual;

  function query(names, more = {}) {
    const told = { ...Object.fromEntries(names.map((name) => [name, chosen(name)])), ...more };
    return `?${new URLSearchParams(then === null ? told : { ...told, at: then })}`;
  }

  /* Which are open is told by the floor, so in the past by the look at it. */
  const promised = () => `${BASE}/promises?${new URLSearchParams({ window: chosen("window"), ...(then === null ? {} : { look }) })}`;

  /* Each part by itself: one that fails takes no other with it. */
  function parts() {
    return [
      [`${BASE}${query(["window", "by"])}`, fw.experienceScores.draw],
      [`${BASE}/curve${query(["window", "channel"], fw.experienceCurve.asked())}`, fw.experienceCurve.draw],
      [`${BASE}/pains${query(["window"])}`, fw.experienceScores.drawPains],
      [`${BASE}/thanks${query(["window"])}`, fw.experienceWords.drawThanks],
      [promised(), fw.experiencePromises.draw],
    ];
  }

  async function ask() {
    clearTimeout(timer);
    if (floor !== "own") return;
    if (!there() || document.hidden || (fw.past.on() && then === null)) return;
    askedFor = then;
    fw.takeAway.window = chosen("window");
    const mine = ++asked;
    const problems = [], readings = [];
    // What nobody has told for so long is old, whatever the line is still waiting for.
    const lost = setTimeout(() => { if (mine === asked) say(fw.http.unreached()); }, fw.freshness.LOST_S * MS);
    await Promise.all([...parts().map(async ([path, draw]) => {
      try {
        const told = await fw.http.get(path);
        if (mine !== asked) return;
        // The floor tells of promises for as long as there is one.
        if (draw !== fw.experiencePromises.draw) readings.push(told);
        draw(told);
      } catch (error) {
        fw.http.heard(error);
        if (mine !== asked) return;
        // That there is no such queue is of the curve alone: all the rest is as fresh as before.
        if (draw === fw.experienceCurve.draw && error.status === UNKNOWN) fw.experienceCurve.unknown(error.message);
        else problems.push(error);
      }
    }), fw.experienceWords.ask(query, () => mine === asked).catch((error) => problems.push(error))]);
    clearTimeout(lost);
    if (mine !== asked) return;
    const reading = readings.find((told) => told.reading);
    say(problems[0], reading, readings[0]);
    // Of a past that nobody holds any more nobody asks twice.
    const over = then !== null && problems.length > 0 && !readings.length && problems.every(({ status }) => status === REFUSED);
    timer = over ? 0 : setTimeout(ask, reading ? READING_MS : EVERY_MS);
  }

  /* Why something is missing here, or what is still to come. */
  function say(problem, reading, told) {
    const place = document.getElementById("experience-told");
    let words = "";
    // From when on it is known, which the API tells as an instant, is told by the floor's clock.
    const known = problem && /known from (\S+Z) on$/.exec(problem.message);
    if (known) words = fw.t("What customers said then is not known any more: it is from {time} on.", { time: fw.times.dated(Date.parse(known[1])) });
    else if (problem) words = fw.format.sentence(problem.message.replace(/^at: /, ""));
    else if (reading && reading.read_until) words = fw.t("The day is being read back: so far up to {time}. Counts are too low until then.", { time: fw.format.moment(reading.read_until) });
    else if (reading) words = fw.t("The day is being read back. Counts are too low until then.");
    else if (told && told.let_go) words = fw.tn("{n} older answer is left out: there are more than can be kept.", "{n} older answers are left out: there are more than can be kept.", told.let_go);
    place.hidden = !words;
    fw.dom.text(place, words);
    fw.dom.attribute(there(), "data-told", problem ? "old" : "new");
  }

  function draw(frame) {
    const skip = window.dash_clientside.no_update;
    if (!frame || !there()) return skip;
    document.documentElement.dataset.floor = "drawn";
    if (frame.picture) {
      const title = `${fw.t("Experience")} · ${frame.picture.title}`;
      fw.dom.text(document.getElementById("title"), title);
      document.title = title;
      fw.experienceCurve.queues(frame.picture);
    }
    turn(frame);
    [then, look] = frame.past && frame.past.ready ? [frame.past.at, frame.past.look] : [null, null];
    fw.freshness.tick();
    // On the way to the past, what stands here is still of now.
    if (fw.past.on() && then === null) fw.dom.attribute(there(), "data-told", "old");
    if (askedFor !== undefined && (then === null) !== (askedFor === null)) leave();
    if (moved()) { clearTimeout(timer); timer = 0; show(); ask(); }
    return frame.seq;
  }

  /* Whether what stands here is of another time than the one that is shown: played, by much. */
  function moved() {
    if (timer === null || askedFor === undefined) return true;
    return then !== null && (fw.past.speed() ? Math.abs(Date.parse(then) - Date.parse(askedFor)) > JUMP_MS : then !== askedFor);
  }

  /* Between now and a past: an answer that is on its way is of neither, and promises counted down by
     another clock were, too. */
  function leave() {
    clearTimeout(timer);
    asked += 1;
    askedFor = undefined;
    fw.experiencePromises.forget();
  }

  /* To a drill's floor and back: what stands here is of the other, and is asked for no more. */
  function turn(frame) {
    const next = frame.picture ? (frame.picture.drill ? "drill" : "own") : frame.training ? "none" : "own";
    if (next === floor) return;
    floor = next;
    asked += 1;
    timer = null;
    [there(), document.getElementById("screen")].forEach((place_) => fw.dom.attribute(place_, "data-floor", floor));
    const place = document.getElementById("experience-told");
    place.hidden = floor !== "drill";
    fw.dom.text(place, fw.t("This is a drill's floor, of which no answers are kept: the drill's report has its CSAT."));
  }

  /* Which choices are made. */
  function show() {
    document.querySelectorAll(".choice-button[data-choice]").forEach((button) => {
      fw.dom.attribute(button, "aria-pressed", String(chosen(button.dataset.choice) === button.dataset.value));
    });
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest(".choice-button[data-choice]");
    if (!button) return;
    fw.address.set({ [button.dataset.choice]: button.dataset.value }, { step: true });
  });
  fw.address.listen([...Object.keys(CHOICES), "queue"], () => { if (there()) { fw.experienceCurve.turned(); show(); ask(); } });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && timer !== null) ask(); });
  // Of what is loaded after this.
  document.addEventListener("DOMContentLoaded", () => {
    fw.freshness.follow(() => { if (there()) fw.experiencePromises.countDown(); });
  });

  fw.experience = { BASE, ask, show };
  const experience = { draw, switched: () => fw.view.switched() };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { experience });
})();
