/* Which past is looked at, if any: it stands in the address, so that a link shows the same minute.
   Nothing that acts is possible in it, and what only the present has is not asked for. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const SPEEDS = [1, 5, 15, 60], MINUTE_MS = 60000, WRITTEN_EVERY_MS = 10000;
  // Of these the API knows how they were; the others are no part of it, or ask for the past by themselves.
  const OF_THEN = [/^\/api\/v1\/floor(\.csv)?(\?|$)/, /^\/api\/v1\/queues\/[^?]+/, /^\/api\/v1\/agents(\?|$)/, /^\/api\/v1\/alerts(\?|$)/];
  const OF_ALWAYS = [/^\/api\/v1\/(past|training|boards|report|experience)(\/|\?|$)/, /^\/api\/v1\/alerts\//, /[?&](at|look)=/];
  // They change nothing of the floor.
  const HARMLESS = [/^\/api\/v1\/alerts\/(rules\/check|backtest)$/, /^\/api\/v1\/(boards|training|report)(\/|\?|$)/, /^\/api\/v1\/experience\/key(\/|$)/];
  const followers = [];
  let told = null, quiet = false, writtenAt = 0, refused = "";

  function at() {
    const instant = Date.parse(fw.address.get("at") || "");
    return Number.isNaN(instant) ? null : instant;
  }

  const on = () => at() !== null;
  const speed = () => Number(fw.address.get("speed", SPEEDS.map(String)) || 0);
  const text = (instant) => new Date(instant).toISOString().replace(/\.\d+Z$/, "Z");

  /* What is shown by now: the frame's instant, or where it is on the way to. */
  function shown() {
    if (!on()) return null;
    return told && told.ready ? fw.freshness.floorNow() || Date.parse(told.at) : at();
  }

  /* What the stream is asked for. A line that was cut goes on from where it was. */
  function query() {
    if (!on()) return "";
    const from = told && told.ready && speed() ? Date.parse(told.at) : at();
    return `?at=${encodeURIComponent(text(from))}&speed=${speed()}`;
  }

  function heard(frame) {
    told = frame.past || null;
    refused = "";
    // On the way back, what stands here is of then until something of now is told.
    if (on()) document.documentElement.dataset.past = told && told.ready ? "on" : "reading";
    else if (frame.picture || frame.training) document.documentElement.dataset.past = "off";
    if (told && told.ended && speed()) {
      fw.toasts.note(fw.t("Caught up: this is now."));
      now();
      return;
    }
    if (told && told.ready && speed() && Date.now() - writtenAt > WRITTEN_EVERY_MS) write(Date.parse(told.at));
    changed();
  }

  /* While it plays the address follows, so that a link made now shows what is seen now. */
  function write(instant) {
    writtenAt = Date.now();
    quiet = true;
    fw.address.set({ at: text(instant) });
    quiet = false;
  }

  /* Show that instant, and play on from it. The way back leads out of the past, not through it. */
  function go(instant, playing = 0) {
    const whole = playing ? instant : Math.floor(instant / MINUTE_MS) * MINUTE_MS;
    fw.address.set({ at: text(whole), speed: playing || null }, { step: !on() });
  }

  function now() {
    if (on()) fw.address.set({ at: null, speed: null }, { step: true });
  }

  function moved() {
    if (quiet) return;
    told = null;
    refused = "";
    writtenAt = Date.now();
    document.documentElement.dataset.past = on() ? "reading" : "leaving";
    fw.freshness.forget();
    fw.feed.turn();
    changed();
  }

  const follow = (follower) => followers.push(follower);
  const changed = () => followers.forEach((follower) => follower());

  /* The stream was not to be had: why, in the API's own line. */
  async function ask(path) {
    const asking = new AbortController();
    try {
      const answer = await fetch(path, { signal: asking.signal });
      if (!answer.ok) refused = ((await answer.json().catch(() => ({}))).detail || "").replace(/^at: /, "");
    } catch (error) { /* no connection: the age says so */ }
    asking.abort();
    changed();
  }

  /* The path to ask instead, so that all of a screen is of the same instant; an error where that
     cannot be. */
  function path(method, asked) {
    if (!on()) return asked;
    if (method !== "GET" && !HARMLESS.some((one) => one.test(asked))) throw new Error(fw.t("this is the past, in which nothing can be done: go back to now first"));
    if (method !== "GET" || OF_ALWAYS.some((one) => one.test(asked))) return asked;
    if (!OF_THEN.some((one) => one.test(asked))) throw new Error(fw.t("this is known of now alone: go back to now to see it"));
    // It makes sense to ask again soon.
    if (!told || !told.ready) throw Object.assign(new Error(fw.t("the floor as it was then is being read from the log")), { again: 1 });
    return `${asked}${asked.includes("?") ? "&" : "?"}look=${told.look}`;
  }

  document.documentElement.dataset.past = on() ? "reading" : "off";
  fw.address.listen(["at", "speed"], moved);
  fw.past = { SPEEDS, on, speed, shown, query, heard, go, now, ask, path, follow, told: () => told, refused: () => refused };
})();
