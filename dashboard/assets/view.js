/* What the viewer chose: the order of the queues and the theme, kept in the address, so that a link
   shows the same, and in the browser, so that it is still so tomorrow. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const KNOWN = { order: ["worst", "fixed"], theme: ["dark", "light"] };
  const light = matchMedia("(prefers-color-scheme: light)");

  function chosen(name) {
    const asked = new URLSearchParams(location.search).get(name);
    if (KNOWN[name].includes(asked)) return asked;
    let kept = null;
    try { kept = localStorage.getItem("floorwatch." + name); } catch (e) { /* no storage here */ }
    return KNOWN[name].includes(kept) ? kept : null;
  }

  function choose(name, value) {
    const address = new URL(location.href);
    address.searchParams.set(name, value);
    history.replaceState(null, "", address);
    try { localStorage.setItem("floorwatch." + name, value); } catch (e) { /* no storage here */ }
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
    if (order) {
      fw.dom.text(order, view.order === "worst" ? "Worst first" : "Fixed order");
      fw.dom.attribute(order, "aria-label", `Order of queues: ${order.textContent.toLowerCase()}. Press to change`);
    }
    if (!theme) return;
    fw.dom.text(theme, view.theme === "dark" ? "Dark" : "Light");
    fw.dom.attribute(theme, "aria-label", `Theme: ${view.theme}. Press to change`);
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
  fw.view = { current, switched };
})();
