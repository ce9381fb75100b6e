/* Which past is looked at, if any: it stands in the address, so that a link shows the same minute.
   Nothing that acts is possible in it, and what only the present has is not asked for. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const SPEEDS = [1, 5, 15, 60], MINUTE_MS = 60000, WRITTEN_EVERY_MS = 10000;
  // What is asked for as now may be a little past what was known as now, as dashboard/past.py has it.
  const KNOWN_MS = 10000, REFUSED = 422;
  // Of these the API knows how they were; the others are no part of it, or ask for the past by themselves.
  const OF_THEN = [/^\/api\/v1\/floor(\.csv)?(\?|$)/, /^\/api\/v1\/queues\/[^?]+/, /^\/api\/v1\/(agents|alerts|contacts)(\?|$)/];
  const OF_ALWAYS = [/^\/api\/v1\/(past|training|boards|report|experience)(\/|\?|$)/, /^\/api\/v1\/alerts\//, /[?&](at|look)=/];
  // They change nothing of the floor.
  const HARMLESS = [/^\/api\/v1\/alerts\/(rules\/check|backtest)$/, /^\/api\/v1\/(boards|training|report)(\/|\?|$)/, /^\/api\/v1\/experience\/key(\/|$)/];
  const followers = [];
  let told = null, quiet = false, writtenAt = 0, refused = "", outside = null;

  function at() {
    const instant = Date.parse(fw.address.get("at") || "");
    return Number.isNaN(instant) ? null : instant;
  }

  const on = () => at() !== null;
  /* What the address has for an instant and is none; else null. */
  const misread = () => (on() ? null : fw.address.get("at"));
  const speed = () => Number(fw.address.get("speed", SPEEDS.map(String)) || 0);
  const text = (instant) => new Date(instant).toISOString().replace(/\.\d+Z$/, "Z");

  /* What is shown by now: the frame's instant, or where it is on the way to. */
  function shown() {
    if (!on()) return null;
    return told && told.ready ? fw.freshness.floorNow() || Date.parse(told.at) : at();
  }

  /* What the stream is asked for. A line that was cut goes on from where it was. */
  function query() {
    return on() ? `?at=${encodeURIComponent(from())}&speed=${speed()}` : "";
  }

  const from = () => text(told && told.ready && speed() ? Date.parse(told.at) : at());

  function heard(frame) {
    told = frame.past || null;
    refused = "";
    outside = null;
    // On the way back, what stands here is of then until something of now is told.
    if (on()) fw.dom.attribute(document.documentElement, "data-past", told && told.ready ? "on" : "reading");
    else if (frame.picture || frame.training) fw.dom.attribute(document.documentElement, "data-past", "off");
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

  /* Show that instant, or its minute unless it is `exact`, and play on from it. The way back leads out of
     the past, not through it. */
  function go(instant, playing = 0, { exact = false } = {}) {
    const whole = playing || exact ? instant : Math.floor(instant / MINUTE_MS) * MINUTE_MS;
    fw.address.set({ at: text(whole), speed: playing || null }, { step: !on() });
  }

  function now() {
    if (on()) fw.address.set({ at: null, speed: null }, { step: true });
  }

  function moved() {
    if (quiet) return;
    told = null;
    refused = "";
    outside = null;
    writtenAt = Date.now();
    document.documentElement.dataset.past = on() ? "reading" : "leaving";
    fw.freshness.forget();
    fw.feed.turn();
    changed();
  }

  const follow = (follower) => followers.push(follower);
  const changed = () => followers.forEach((follower) => follower());

  /* The stream was not to be had: why, in words of the screen where the log does not hold that
     instant, else in the API's own line. True where asking again is of no use. */
  async function ask(path) {
    const asked = fw.address.get("at"), held = await fw.http.get("/api/v1/past").catch(() => null);
    if (asked !== fw.address.get("at")) return false;
    outside = held && !holds(held, Date.parse(from())) ? held : null;
    if (outside === null) return why(path);
    fw.times.heard(held);
    changed();
    return true;
  }

  const holds = ({ since, until }, instant) => since !== null && instant >= Date.parse(since) && instant <= Date.parse(until) + KNOWN_MS;

  /* The minute that is held and nearest to what was asked for; null where not one whole minute is. */
  function nearest() {
    if (!outside || outside.since === null) return null;
    const first = Math.ceil(Date.parse(outside.since) / MINUTE_MS) * MINUTE_MS, last = Math.floor(Date.parse(outside.until) / MINUTE_MS) * MINUTE_MS;
    return first > last ? null : Math.min(Math.max(at(), first), last);
  }

  async function why(path) {
    const asking = new AbortController();
    let status = null;
    try {
      const answer = await fetch(path, { signal: asking.signal });
      status = answer.status;
      if (!answer.ok) refused = ((await answer.json().catch(() => ({}))).detail || "").replace(/^at: /, "");
    } catch (error) { /* no connection: the age says so */ }
    asking.abort();
    changed();
    return status === REFUSED;
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
  fw.past = { SPEEDS, EXAMPLE: "2026-03-02T14:20:00Z", on, speed, shown, query, heard, go, now, ask, path, follow, told: () => told, refused: () => refused, outside: () => outside, nearest, misread };
})();
