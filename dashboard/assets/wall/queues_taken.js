/* The wall's queues as a table to take away: what their tiles tell, with its exact values. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const FIGURES = ["service_level", "average_speed_of_answer_s", "wait_p90_s", "abandonment_rate", "average_handle_time_s",
    "csat_score", "csat_low", "csat_high", "average_response_time_s", "callbacks_kept_rate", "occupancy"];
  const COUNTS = ["offered", "answered", "abandoned", "csat_n", "callbacks_due", "callbacks_kept"];
  const NOW = ["waiting", "waiting_over_target", "oldest_wait_s", "expected_wait_s", "agents_available", "agents_busy", "agents_wrap_up",
    "agents_away", "agents_staffed", "callbacks_open", "callbacks_overdue", "conversations_unanswered", "oldest_unanswered_s"];
  let newest = null;

  /* Headings are the names that docs/metrics.md explains. */
  function table() {
    const { picture, standing } = newest, { as_of, window, queues } = picture.figures;
    const own = ["as_of", "window", "queue", "name", "status", "why", "service_level_variant", "target_s"];
    const rows = standing.worst_first.filter((queue) => queue in queues).map((queue) => {
      const { counts, figures, now } = queues[queue], label = picture.labels[queue], stands = standing.queues[queue];
      return {
        as_of, window, queue, name: label ? label.name : queue,
        status: fw.standing.word(stands), why: fw.standing.reasons(stands),
        service_level_variant: label ? label.service_level : picture.floor_service_level,
        target_s: label ? [...new Set(Object.values(label.target_s))].join(" / ") : null,
        ...pick(now, NOW), ...pick(counts, COUNTS), ...pick(figures, FIGURES),
      };
    });
    return { columns: [...own, ...NOW, ...COUNTS, ...FIGURES].map((key) => [key, key]), rows };
  }

  const pick = (values, names) => Object.fromEntries(names.map((name) => [name, values[name]]));

  function drawn(picture, standing) {
    if (!newest) fw.takeAway.offer("queues", () => fw.t("Queues"), table);
    newest = { picture, standing };
  }

  fw.queuesTaken = { drawn };
})();
