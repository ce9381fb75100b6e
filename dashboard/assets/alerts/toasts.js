/* What is new appears for a while in the corner, is read aloud once, and is heard where sound is on. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const SHOWN_MS = 12000, GRAVE_MS = 30000, AT_ONCE = 3;

  /* What the newest frame has that the one before had not. The first frame is no news: what it
     tells stands in the strip. */
  function compare(before, now) {
    if (!before || before.version === now.version) return;
    const then = new Map(before.incidents.map((one) => [one.id, one]));
    const grave = ["ticket", "notice", "page"];
    const risen = (one) => grave.indexOf(one.severity) > grave.indexOf(then.get(one.id).severity);
    // Beyond what a frame tells of there may be others that were open before.
    const whole = before.open <= before.incidents.length;
    const opened = now.incidents.filter((one) => !fw.alertWords.silenced(one) && (then.has(one.id) ? risen(one) : whole));
    const over = now.resolved.filter((one) => then.has(one.id));
    over.forEach((one) => resolved(one));
    // The gravest last, so that it stands on top and is what is read aloud.
    fw.alertWords.gravestFirst(opened).reverse().forEach((one) => incident(one, then.has(one.id)));
    if (opened.length) fw.sound.ring(fw.alertWords.gravestFirst(opened)[0].severity);
  }

  function incident(one, worse) {
    const kind = fw.alertWords.kind(one), text = fw.alertWords.message(one);
    show({ id: one.id, state: kind.state, mark: kind.mark, word: kind.word, title: fw.alertWords.titleOf(one), text, ms: one.severity === "page" ? GRAVE_MS : SHOWN_MS });
    const what = [fw.alertWords.titleOf(one), text].filter(Boolean).join(". "), told = { word: kind.word, what };
    say(worse ? fw.t("{word}: worse: {what}", told) : fw.t("{word}: {what}", told));
  }

  function resolved(one) {
    show({ id: one.id, state: "on_target", mark: "●", word: fw.t("Resolved"), title: fw.alertWords.titleOf(one), text: "", ms: SHOWN_MS });
    say(fw.t("Resolved: {title}.", { title: fw.alertWords.titleOf(one) }));
  }

  function show({ id, state, mark, word, title, text, ms }) {
    const place = document.getElementById("toasts");
    if (!place) return;
    const { make } = fw.dom;
    place.querySelectorAll(".toast").forEach((toast) => { if (toast.dataset.incident === id) toast.remove(); });
    const sign = make("span", "mark", mark), close = make("button", "toast-close", "×");
    sign.setAttribute("aria-hidden", "true");
    close.type = "button";
    close.setAttribute("aria-label", fw.t("Close: {title}", { title: title || word }));
    const toast = make("div", "toast", make("div", "toast-kind", sign, make("span", "", word), close), ...(title ? [titled(id, title)] : []), make("div", "toast-text", text));
    toast.dataset.state = state;
    toast.dataset.incident = id;
    close.addEventListener("click", () => toast.remove());
    place.prepend(toast);
    Array.from(place.children).slice(AT_ONCE).forEach((old) => old.remove());
    // Whoever reads it or has tabbed to it is not left before an empty place.
    const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, SHOWN_MS / 4) : toast.remove());
    setTimeout(leave, ms);
  }

  function titled(id, title) {
    const way = fw.dom.make("a", "toast-title", title);
    way.href = `/alerts#${encodeURIComponent(id)}`;
    return way;
  }

  /* A short word about what the viewer did. */
  function note(text, state) {
    show({ id: "", state: state || "information", mark: state === "watch" ? "◆" : "✓", word: text, title: "", text: "", ms: SHOWN_MS / 2 });
    say(text);
  }

  function say(words) {
    const alarm = document.getElementById("alarm");
    if (!alarm) return;
    // The same words twice are read twice only where there was nothing in between.
    if (alarm.textContent === words) alarm.textContent = "";
    requestAnimationFrame(() => fw.dom.text(alarm, words));
  }

  fw.toasts = { compare, note, say };
})();
