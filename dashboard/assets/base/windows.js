/* Figures of other windows than a frame's: asked for while a screen shows any, some seconds apart. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const EVERY_MS = 5000, KNOWN_MAX = 40, FRAMES = "30m";
  const known = new Map();

  /* The figures of a window as the frame has them, or as they were last told; null until then. */
  function figures(frame, window_) {
    if (window_ === FRAMES) return frame.picture.figures;
    const picture = frame.picture.figures;
    // A look at the past has figures of its own, and so has each drill.
    const look = frame.past ? frame.past.look : null, drill = frame.picture.drill ? frame.picture.drill.round : null;
    const key = JSON.stringify([window_, look, drill]);
    const one = known.get(key) || { told: null, asked: -Infinity, heard: null, of: null };
    if (!known.has(key) && known.size >= KNOWN_MAX) known.clear();
    known.set(key, one);
    const at = performance.now();
    // Where the past stands still no other frame comes, and a step leads to another instant.
    const stepped = Boolean(frame.past) && frame.past.speed === 0 && one.of !== picture.as_of;
    if (stepped) one.told = null;
    one.of = picture.as_of;
    if (stepped || at - one.asked >= EVERY_MS) ask(window_, one, at);
    // What was told before a machine slept is as old as the sleep was long.
    return one.heard !== null && fw.freshness.since(one.heard) <= fw.freshness.LOST_S ? one.told : null;
  }

  async function ask(window_, one, at) {
    one.asked = at;
    try {
      const first = one.told === null;
      one.told = await fw.http.get(`/api/v1/floor?window=${encodeURIComponent(window_)}`);
      one.heard = fw.freshness.moment();
      if (first) fw.wall.again();
    } catch (error) {
      // The tile goes on with what was told, and says none when that is too old.
    }
  }

  fw.windows = { figures };
})();
