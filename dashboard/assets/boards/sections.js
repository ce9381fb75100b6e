/* Several queues as one: counts are added up, figures worked out anew by the formulas of
   docs/metrics.md. Agents are not told: one who works in two of the queues would count twice. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const Z = 1.959963984540054;
  // RANK of dashboard/status.py: a group stands as its worst, which no frame tells.
  const WORST = ["trouble", "watch", "on_target", "none", "closed"];
  const AGENTS = ["agents_available", "agents_busy", "agents_wrap_up", "agents_away", "agents_staffed", "expected_wait_s"];
  const OLDEST = ["oldest_wait_s", "oldest_unanswered_s"];

  const share = (part, whole) => (whole ? part / whole : null);

  /* A value that no queue has is none; one that some have is theirs. */
  function added(sections, part, name) {
    const told = sections.map((one) => one[part][name]).filter(fw.format.given);
    return told.length ? told.reduce((sum, value) => sum + value, 0) : null;
  }

  function largest(sections, name) {
    const told = sections.map((one) => one.now[name]).filter(fw.format.given);
    return told.length ? Math.max(...told) : null;
  }

  function add(sections, variant) {
    const names = (part) => [...new Set(sections.flatMap((one) => Object.keys(one[part])))];
    const counts = Object.fromEntries(names("counts").map((name) => [name, added(sections, "counts", name)]));
    const now = Object.fromEntries(names("now").map((name) => [name,
      AGENTS.includes(name) ? null : OLDEST.includes(name) ? largest(sections, name) : added(sections, "now", name)]));
    return { counts, now, figures: figures(counts, now, variant) };
  }

  function levels(counts, now) {
    const met = counts.answered_in_target || 0, answered = counts.answered_waited || 0;
    const left = counts.abandoned || 0, early = counts.abandoned_in_target || 0;
    return {
      abandons_count: share(met, answered + left),
      abandons_ignored: share(met, answered),
      abandons_in_target_ignored: share(met, answered + left - early),
      abandons_in_target_met: share(met + early, answered + left),
      stuck_proof: share(met, answered + left + (now.waiting_over_target || 0)),
    };
  }

  function figures(counts, now, variant) {
    const all = levels(counts, now), { csat_top: top, csat_n: n, answered_waited: answered, handled } = counts;
    const handling = (counts.talk_sum_s || 0) + (counts.hold_sum_s || 0) + (counts.wrap_sum_s || 0);
    return {
      service_level: all[variant], service_levels: all,
      average_speed_of_answer_s: share(counts.wait_sum_s, answered),
      abandonment_rate: share(counts.abandoned, (answered || 0) + (counts.abandoned || 0)),
      average_handle_time_s: share(handling, handled),
      callbacks_kept_rate: share(counts.callbacks_kept, counts.callbacks_due),
      average_response_time_s: share(counts.response_sum_s, counts.responses),
      csat_score: share(top, n), ...wilson(top, n),
    };
  }

  /* The 95 % interval of a share. */
  function wilson(top, n) {
    if (!n) return { csat_low: null, csat_high: null };
    const part = top / n, whole = 1 + (Z * Z) / n, middle = (part + (Z * Z) / (2 * n)) / whole;
    const half = (Z * Math.sqrt((part * (1 - part)) / n + (Z * Z) / (4 * n * n))) / whole;
    return { csat_low: middle - half, csat_high: middle + half };
  }

  /* How several queues stand: as their worst does. */
  function worst(standings) {
    return [...standings].sort((a, b) => WORST.indexOf(a.state) - WORST.indexOf(b.state))[0];
  }

  fw.sections = { add, worst, WORST };
})();
