/* A wall on a TV: nothing to press, no cursor, a screen that stays awake, and a page that loads itself
   anew when the dashboard is of another build, as soon as that one answers. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const AWAKE_EVERY_MS = 60000, AGAIN_MS = 10000;
  let build = null, lock = null, loading = false;

  const on = () => new URLSearchParams(location.search).get("kiosk") === "1";

  /* Browsers give the lock over TLS and on the machine itself, and take it from a hidden page. */
  async function stayAwake() {
    if (!navigator.wakeLock || document.hidden || (lock && !lock.released)) return;
    try { lock = await navigator.wakeLock.request("screen"); } catch (error) { lock = null; }
  }

  function heard(frame) {
    const told = frame.screens ? frame.screens.build : null;
    if (!told) return;
    if (build === null) build = told;
    else if (told !== build && !loading && (on() || unattended())) renew();
  }

  /* A wall at a desk is not taken from under somebody's hands. */
  const unattended = () => document.hidden && fw.address.get("build") !== "1";

  /* What is painted stays until the new page has drawn its own ground, so nothing flashes. */
  async function renew() {
    loading = true;
    try {
      const answer = await fetch(location.href, { cache: "reload" });
      if (!answer.ok) throw new Error("not yet");
      location.reload();
    } catch (error) {
      setTimeout(() => { loading = false; }, AGAIN_MS);
    }
  }

  if (on()) {
    document.documentElement.dataset.kiosk = "on";
    stayAwake();
    document.addEventListener("visibilitychange", stayAwake);
    setInterval(stayAwake, AWAKE_EVERY_MS);
  }
  fw.kiosk = { heard };
})();
