/* What is open beside the tables: the head with its name and state, and the sections of a queue or an
   agent. What is drawn from frames is drawn from each; what is asked for is asked for while it is open. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  let shown = null, panel = null, inPast = false;

  const place = () => document.getElementById("beside");
  const body = () => document.getElementById("beside-body");

  function start() {
    const { make } = fw.dom, head = document.getElementById("beside-head");
    const close = make("button", "action beside-close", fw.t("Close"), " ", make("kbd", "", "Esc"));
    close.type = "button";
    close.addEventListener("click", () => fw.supervisor.close());
    const mark = make("span", "mark"), word = make("span", "beside-word");
    mark.setAttribute("aria-hidden", "true");
    head.append(make("h2", "beside-name"), make("p", "beside-status", mark, word), make("p", "beside-why"), close);
    inPast = fw.past.on();
    // It also moves while the past is played.
    fw.address.listen(["at"], () => { if (fw.past.on() !== inPast) reopen(); });
  }

  /* Of what is open, another time tells other things, or nothing: it begins anew. */
  function reopen() {
    inPast = fw.past.on();
    if (!panel) return;
    const again = JSON.parse(shown), focused = document.activeElement;
    shown = null;
    open(again);
    if (focused && focused.isConnected) focused.focus();
  }

  /* { queue } or { agent }; null closes. */
  function open(next) {
    const key = JSON.stringify(next);
    if (shown === key) return;
    shown = key;
    if (panel) panel.stop();
    panel = null;
    place().hidden = !next;
    document.documentElement.dataset.beside = next ? "open" : "";
    body().replaceChildren();
    if (!next) return;
    titled(next.queue || next.agent, { mark: "", word: "", state: null, why: "" });
    panel = next.queue ? fw.queuePanel.open(next.queue) : fw.agentPanel.open(next.agent);
    body().replaceChildren(...panel.sections);
    body().scrollTop = 0;
    const newest = fw.alertStrip.newest();
    if (newest && newest.picture) draw(newest.picture, newest.standing);
    // On a narrow screen it lies over the table, which the keyboard must leave.
    if (getComputedStyle(place()).position === "fixed") focus();
  }

  /* What is open shows these sections instead. */
  const fill = (...sections) => body().replaceChildren(...sections);

  function draw(picture, standing) {
    if (panel && panel.draw) panel.draw(picture, standing);
  }

  function titled(name, { mark, word, state, why }) {
    const { text, attribute } = fw.dom, head = document.getElementById("beside-head");
    attribute(head, "data-state", state);
    text(head.querySelector(".beside-name"), name);
    attribute(head.querySelector(".beside-name"), "title", name);
    text(head.querySelector(".mark"), mark);
    text(head.querySelector(".beside-word"), word);
    head.querySelector(".beside-status").hidden = !word;
    text(head.querySelector(".beside-why"), why);
  }

  /* A section with a caption, a count beside it, and what leads on from it. */
  function section(title, ...children) {
    const { make } = fw.dom, count = make("span", "contacts-count"), more = make("button", "way beside-more");
    more.type = "button";
    count.hidden = more.hidden = true;
    const element = make("section", "beside-section", make("div", "beside-caption", make("h3", "detail-caption", title), count, more), ...children);
    return { element, count, more, set: (n) => { count.hidden = n === null; fw.dom.text(count, n === null ? "" : String(n)); }, lead: (words, run) => { fw.dom.text(more, words || ""); more.hidden = !words; more.onclick = run; } };
  }

  const none = (text) => fw.dom.make("p", "beside-none", text || fw.t("Being read …"));

  /* Small figures as one block, each a button to the contacts behind it where it is made of some. */
  function figures(told) {
    const { make } = fw.dom, element = make("div", "beside-figures");
    element.dataset.many = String(told.length);
    const cells = told.map(({ name, label, behind }) => {
      const value = make("span", "beside-value"), note = make("span", "beside-note");
      const cell = make(behind ? "button" : "div", "beside-figure", make("span", "beside-label", label), value, note);
      if (behind) { cell.type = "button"; cell.addEventListener("click", behind); cell.title = fw.t("The contacts behind it"); }
      cell.dataset.name = name;
      element.append(cell);
      return [name, { cell, value, note }];
    });
    return { element, cells: Object.fromEntries(cells) };
  }

  /* One of them: its parts as fw.format writes them, a note, and whether it is bad. */
  function put({ cell, value, note }, parts, told, bad) {
    fw.dom.value(value, parts);
    fw.dom.text(note, told || "");
    fw.dom.attribute(cell, "data-tone", bad ? "bad" : null);
    if (cell.tagName === "BUTTON") cell.disabled = parts === fw.format.DASH;
  }

  const focus = () => { if (!place().hidden) body().focus(); };
  fw.beside = { start, open, fill, draw, titled, section, none, figures, put, focus };
})();
