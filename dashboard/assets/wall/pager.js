/* Pages that turn on a timer, and the mark that says which of how many is seen. Whoever sits before
   them can hold them and turn them by hand; a page that the address names is held. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const TICK_MS = 500;
  let count = 1, turn_s = 0, titles = [], at = 0, since = performance.now(), held = false, ready = false;
  const followers = [];

  const kiosk = () => fw.address.get("kiosk") === "1";
  const part = (name) => document.getElementById(`pager-${name}`);

  function begin() {
    ready = true;
    at = asked();
    held = fw.address.get("page") !== null && !kiosk();
    part("before").addEventListener("click", () => turn(-1, true));
    part("next").addEventListener("click", () => turn(1, true));
    part("hold").addEventListener("click", () => {
      held = !held;
      since = performance.now();
      fw.address.set({ page: held ? at + 1 : null });
      show();
    });
    fw.address.listen(["page"], moved);
    setInterval(tick, TICK_MS);
  }

  /* The way back from a page that was turned to by hand leads to the first, as the board begins. */
  function moved() {
    const named = fw.address.get("page") !== null;
    if (named && asked() !== at) go(asked());
    else if (!named && held) { held = false; go(0); }
  }

  const asked = () => Math.max(0, (Number.parseInt(fw.address.get("page"), 10) || 1) - 1);

  /* How many pages there are, how long each is shown, and what they are called. */
  function set(told) {
    if (!ready && document.getElementById("pager")) begin();
    count = Math.max(1, told.count);
    turn_s = told.turn_s;
    titles = told.titles || [];
    if (at >= count) at = 0;
    show();
  }

  function go(to) {
    at = ((to % count) + count) % count;
    since = performance.now();
    show();
    followers.forEach((follower) => follower(at));
  }

  function turn(by, byHand) {
    go(at + by);
    if (!byHand) return;
    held = true;
    fw.address.set({ page: at + 1 }, { step: true });
    show();
    fw.dom.text(document.getElementById("announce"), mark());
  }

  function tick() {
    const busy = held || count < 2 || !turn_s || document.hidden || document.querySelector("dialog[open]") || fw.address.get("build") === "1";
    if (busy) { since = performance.now(); return; }
    if (performance.now() - since >= turn_s * 1000) turn(1, false);
  }

  function mark() {
    const told = fw.t("Page {n} of {all}", { n: at + 1, all: count });
    return titles[at] ? `${told} · ${titles[at]}` : told;
  }

  function show() {
    const place = document.getElementById("pager");
    if (!place) return;
    place.hidden = count < 2;
    if (place.hidden) return;
    fw.dom.text(part("mark"), mark());
    fw.dom.text(part("hold"), held ? fw.t("Go on turning") : fw.t("Stay here"));
    part("hold").hidden = !turn_s;
    const dots = part("dots");
    while (dots.children.length > count) dots.lastChild.remove();
    while (dots.children.length < count) dots.append(fw.dom.make("span", "pager-dot"));
    Array.from(dots.children).forEach((dot, index) => fw.dom.attribute(dot, "data-here", String(index === at)));
  }

  fw.pager = { set, go, at: () => Math.min(at, count - 1), follow: (follower) => followers.push(follower), kiosk, isHeld: () => held };
})();
