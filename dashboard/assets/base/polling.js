/* Asking again and again, one answer after the other, while somebody looks. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  // Without a connection it is asked again sooner, so that nothing is missing for long once it is back.
  const MS = 1000, AGAIN_MS = 2000;

  /* Each answer goes to `take`, each failure to `failed`, which may be once a while; returns what stops it.
     One answer is waited for at a time, and what nobody has told for so long is as if it had failed. */
  function start(path, everyMs, take, failed) {
    let timer = 0, asking = false, stopped = false;

    async function ask() {
      if (stopped || asking) return;
      asking = true;
      clearTimeout(timer);
      const lost = setTimeout(() => { if (!stopped && !document.hidden) failed(fw.http.unreached()); }, fw.freshness.LOST_S * MS);
      let next = everyMs;
      try {
        if (!document.hidden) {
          const told = await fw.http.get(path);
          if (!stopped) take(told);
        }
      } catch (error) {
        fw.http.heard(error);
        if (error.again) next = error.again * MS;
        else if (!stopped) failed(error);
        if (error.unreached) next = Math.min(next, AGAIN_MS);
      }
      clearTimeout(lost);
      asking = false;
      if (!stopped) timer = setTimeout(ask, next);
    }

    const seen = () => { if (!document.hidden) ask(); };
    document.addEventListener("visibilitychange", seen);
    ask();
    return () => {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }

  fw.polling = { start };
})();
