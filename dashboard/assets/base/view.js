/* What the viewer chose: the order of the queues and the theme, kept in the address, so that a link
   shows the same, and in the browser, so that it is still so tomorrow. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const KNOWN = { order: ["worst", "fixed"], theme: ["dark", "light"] };
  const light = matchMedia("(prefers-color-scheme: light)");

  function chosen(name) {
    const asked = fw.address.get(name, KNOWN[name]);
    if (asked !== null) return asked;
    let kept = null;
    try { kept = localStorage.getItem("floorwatch." + name); } catch (e) { /* no storage here */ }
    return KNOWN[name].includes(kept) ? kept : null;
  }

  function choose(name, value) {
    // First kept: who listens to the address reads both.
    try { localStorage.setItem("floorwatch." + name, value); } catch (e) { /* no storage here */ }
    fw.address.set({ [name]: value });
  }

  function current() {
    return {
      order: chosen("order") || "worst",
      theme: chosen("theme") || (light.matches ? "light" : "dark"),
    };
  }

  function apply(view) {
    document.documentElement.dataset.theme = view.theme;
    const order = document.getElementById("order"), theme = document.getElementById("theme");
    // Not every screen has both.
    if (order) fw.dom.text(order, view.order === "worst" ? fw.t("Order: worst first") : fw.t("Order: fixed"));
    if (theme) fw.dom.text(theme, view.theme === "dark" ? fw.t("Theme: dark") : fw.t("Theme: light"));
  }

  function turn(name) {
    const values = KNOWN[name], now = current()[name];
    choose(name, values[(values.indexOf(now) + 1) % values.length]);
    apply(current());
    return current();
  }

  /* What Dash calls when a switch is pressed, and once when the page is there. */
  function switched() {
    const cause = window.dash_clientside.callback_context.triggered_id;
    if (cause) return turn(cause);
    apply(current());
    return current();
  }

  light.addEventListener("change", () => apply(current()));
  // By the way back, too, and every screen draws by what it is told.
  fw.address.listen(Object.keys(KNOWN), () => {
    apply(current());
    const dash = window.dash_clientside;
    if (dash && dash.set_props) dash.set_props("view", { data: current() });
  });
  fw.view = { current, switched };
})();
