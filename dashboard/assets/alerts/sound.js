/* Alerts to be heard: silent until somebody presses the switch, since browsers let nothing sound
   before, and a wall in an open office must not. The choice is remembered. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  // Two rising notes for what is urgent, one for the rest, none for what can be read today.
  const NOTES = { page: [[880, 0], [1174.7, 0.18], [880, 0.5], [1174.7, 0.68]], notice: [[659.3, 0]], ticket: [] };
  const LENGTH_S = 0.16, LOUD = 0.25;
  // What was to be heard longer ago than this is no alert any more.
  const LATE_MS = 3000;
  // Silent: what fired since was not heard.
  let context = null, rung = 0, last = null, silent = true;

  function wanted() {
    try { return localStorage.getItem("floorwatch.sound") === "on"; } catch (e) { return context !== null; }
  }

  function remember(on) {
    try { localStorage.setItem("floorwatch.sound", on ? "on" : "off"); } catch (e) { /* no storage here */ }
  }

  const allowed = () => context !== null && context.state === "running";

  /* From within a press the browser lets it sound. A wall without a keyboard may have been started with
     leave to; elsewhere this is settled by the first touch, perhaps days later. */
  function open() {
    if (!context) context = new AudioContext();
    context.resume().then(() => { show(); makeUp(); }, show);
  }

  /* Once there is sound, what calls for somebody at once is heard: once, as it stands by now, and not
     all that fired while there was none. */
  function makeUp() {
    // What calls is known by a frame, and none of the past.
    if (!silent || !allowed() || !wanted() || !fw.alertStrip.now()) return;
    silent = false;
    const late = !last || Date.now() - last.at >= LATE_MS;
    if (urgent()) play("page");
    else if (!late) play(last.severity);
  }

  const urgent = () => fw.alertStrip.calls().some((one) => one.severity === "page");

  function turn() {
    const on = !(wanted() && allowed());
    remember(on);
    if (on) {
      // Whoever turns it on hears that there is sound, if only by one note.
      last = { severity: "notice", at: Date.now() };
      silent = true;
      open();
    }
    show();
  }

  function ring(severity) {
    if (!wanted() || !NOTES[severity].length) return;
    if (allowed()) { play(severity); return; }
    last = { severity, at: Date.now() };
    silent = true;
    open();
  }

  function play(severity) {
    rung += 1;
    document.documentElement.dataset.rung = String(rung);
    NOTES[severity].forEach(([pitch, after]) => {
      const start = context.currentTime + after, tone = context.createOscillator(), level = context.createGain();
      tone.frequency.value = pitch;
      level.gain.setValueAtTime(0, start);
      level.gain.linearRampToValueAtTime(LOUD, start + 0.02);
      level.gain.exponentialRampToValueAtTime(0.001, start + LENGTH_S);
      tone.connect(level).connect(context.destination);
      tone.start(start);
      tone.stop(start + LENGTH_S);
    });
  }

  function show() {
    const button = document.getElementById("sound");
    if (!button) { setTimeout(show, 100); return; }
    const on = wanted(), [words, how] = !on
      ? [fw.t("Sound off"), fw.t("Alerts: press to hear alerts")]
      : allowed() ? [fw.t("Sound on"), fw.t("Alerts: press to silence them")]
      : [fw.t("Sound waits"), fw.t("Alerts: press to let this browser sound")];
    fw.dom.text(button, words);
    fw.dom.attribute(button, "aria-pressed", String(on && allowed()));
    fw.dom.attribute(button, "title", how);
    if (!button.dataset.ready) {
      button.dataset.ready = "true";
      button.addEventListener("click", turn);
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    show();
    // Who comes back to a wall with sound has it again with the first touch of anything.
    // The switch itself does so by its click: opened before, that would turn it off.
    const again = (event) => { if (wanted() && !allowed() && !event.target.closest?.("#sound")) open(); };
    ["pointerdown", "keydown"].forEach((what) => addEventListener(what, again, { passive: true }));
  });
  fw.sound = { ring, makeUp };
})();
