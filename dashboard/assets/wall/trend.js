/* Whether a service level is better or worse than an hour ago: only where it is by enough to matter,
   and by more than chance would do given how many contacts there were. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  // Points are told by the minute, each of the 5 minutes up to it: three apart by 5 are 15 minutes.
  const SPAN = 5, THEN = [4, 9, 14], NOW = [49, 54, 59];
  // As status has it: fewer contacts say nothing of a share, and 5 points are a step.
  const EVIDENCE_MIN = 10, STEP = 0.05, Z = 1.96;

  function quarter(hour, points) {
    let n = 0, met = 0;
    points.forEach((point) => {
      const level = hour.service_level[point];
      if (level === null || level === undefined) return;
      const offered = hour.offered.slice(point - SPAN + 1, point + 1).reduce((sum, one) => sum + one, 0);
      n += offered;
      met += offered * level;
    });
    return { n, share: n ? met / n : null };
  }

  /* `better`, `worse`, or null where nothing can be said. */
  function of(hour) {
    if (!hour || hour.service_level.length <= NOW[2] || hour.offered.length <= NOW[2]) return null;
    const then = quarter(hour, THEN), now = quarter(hour, NOW);
    if (then.n < EVIDENCE_MIN || now.n < EVIDENCE_MIN) return null;
    const change = now.share - then.share, pooled = (then.share * then.n + now.share * now.n) / (then.n + now.n);
    const chance = Z * Math.sqrt(pooled * (1 - pooled) * (1 / then.n + 1 / now.n));
    if (Math.abs(change) < STEP || Math.abs(change) <= chance) return null;
    return change > 0 ? "better" : "worse";
  }

  const words = (trend) => ({ better: fw.t("better than an hour ago"), worse: fw.t("worse than an hour ago") })[trend] || "";
  const MARKS = { better: "↗", worse: "↘" };

  /* A value with the trend's arrow after it. */
  function beside(value, trend) {
    return trend ? [...value, [MARKS[trend], `trend is-${trend}`]] : value;
  }

  fw.trend = { of, words, beside };
})();
