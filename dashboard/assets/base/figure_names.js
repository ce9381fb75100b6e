/* What the counts, figures and «now» of docs/metrics.md are called on a screen, and how each is
   written. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const SHARE = /(_rate|_score)$|^(service_level|occupancy|utilisation|csat_low|csat_high|abandons_.+|stuck_proof)$/;
  // Bad where they are low, as stream/contract/board_limits.py has it.
  const BAD_BELOW = /_score$|^(service_level|abandons_.+|stuck_proof|csat_(low|high|mean)|nps|resolution_rate|callbacks_kept_rate|answered_in_target)$/;
  const LEVELS = ["abandons_count", "abandons_ignored", "abandons_in_target_ignored", "abandons_in_target_met", "stuck_proof"];

  /* In the order in which people ask: now, how well, how long, people, what customers say. */
  const names = () => ({
    waiting: fw.t("Waiting"), waiting_over_target: fw.t("Waiting over target"), oldest_wait_s: fw.t("Oldest wait"),
    expected_wait_s: fw.t("Expected wait"), in_conversation: fw.t("In conversation"), on_hold: fw.t("On hold"), wrapping: fw.t("Wrapping up"),
    callbacks_open: fw.t("Promises open"), callbacks_overdue: fw.t("Promises overdue"),
    conversations_unanswered: fw.t("Unanswered conversations"), oldest_unanswered_s: fw.t("Oldest unanswered"),
    agents_available: fw.t("Agents free"), agents_busy: fw.t("Agents busy"), agents_wrap_up: fw.t("Agents in wrap-up"),
    agents_away: fw.t("Agents away"), agents_staffed: fw.t("Agents staffed"),
    service_level: fw.t("Service level"), abandons_count: fw.t("Service level, abandons count"), abandons_ignored: fw.t("Service level, abandons ignored"),
    abandons_in_target_ignored: fw.t("Service level, early abandons ignored"), abandons_in_target_met: fw.t("Service level, early abandons met"),
    stuck_proof: fw.t("Service level, waiting counts too"), average_speed_of_answer_s: fw.t("Speed of answer"),
    wait_p50_s: fw.t("Median wait"), wait_p90_s: fw.t("Wait of nine in ten"), wait_p95_s: fw.t("Wait of 19 in 20"), wait_max_s: fw.t("Longest wait answered"),
    abandonment_rate: fw.t("Abandoned, share"), average_response_time_s: fw.t("Time to reply"), callbacks_kept_rate: fw.t("Promises kept"),
    average_handle_time_s: fw.t("Handle time"), average_talk_time_s: fw.t("Talk time"), average_hold_time_s: fw.t("Hold time"), average_wrap_time_s: fw.t("Wrap-up time"),
    transfer_rate: fw.t("Transfer rate"), decline_rate: fw.t("Ring no answer"), occupancy: fw.t("Occupancy"), utilisation: fw.t("Utilisation"),
    csat_score: fw.t("CSAT"), csat_low: fw.t("CSAT, lower end"), csat_high: fw.t("CSAT, upper end"), csat_mean: fw.t("CSAT, mean score"), trust_score: fw.t("Trust"), ease_score: fw.t("Ease"),
    effectiveness_score: fw.t("Effectiveness"), emotion_score: fw.t("Emotion"), manner_score: fw.t("Manner"), resolution_rate: fw.t("Resolved"),
    nps: fw.t("NPS"), survey_response_rate: fw.t("Survey response rate"),
    offered: fw.t("Offered"), answered: fw.t("Answered"), abandoned: fw.t("Abandoned"), short_abandoned: fw.t("Short abandoned"), diverted: fw.t("Diverted"),
    handled: fw.t("Handled"), transferred_out: fw.t("Transferred"), declined: fw.t("Declined"), surveys: fw.t("Surveys answered"), surveys_sent: fw.t("Surveys sent"),
    callbacks_due: fw.t("Promises due"), callbacks_kept: fw.t("Promises kept, number"), responses: fw.t("Replies"), answered_in_target: fw.t("Answered in target"),
  });

  const name = (figure) => names()[figure] || figure.replace(/_/g, " ");

  /* The value of a figure in a section; null where it has none there. */
  function value(section, figure) {
    if (LEVELS.includes(figure)) return section.figures.service_levels ? section.figures.service_levels[figure] : null;
    const part = ["now", "figures", "counts"].find((one) => figure in section[one]);
    return part ? section[part][figure] : null;
  }

  const isNow = (section, figure) => figure in section.now;

  function written(figure, told) {
    if (!fw.format.given(told)) return fw.format.DASH;
    if (figure.endsWith("_s")) return fw.format.duration(told);
    if (SHARE.test(figure)) return fw.format.share(told, true);
    if (figure === "csat_mean") return [[fw.format.tenths(told), "number"]];
    return fw.format.count(Math.round(told));
  }

  /* On how many a share rests, where that is told. */
  function evidence(section, figure) {
    const { counts } = section, n = (count) => (fw.format.given(count) ? fw.t("n {n}", { n: fw.format.plain(fw.format.count(count)) }) : "");
    if (figure === "service_level" || LEVELS.includes(figure) || figure === "abandonment_rate") {
      return fw.format.given(counts.answered_waited) && fw.format.given(counts.abandoned) ? n(counts.answered_waited + counts.abandoned) : "";
    }
    if (figure.startsWith("csat_")) return n(counts.csat_n);
    if (figure.endsWith("_score")) return n(counts[figure.replace("_score", "_n")]);
    return n({ resolution_rate: counts.resolved_n, nps: counts.nps_n, callbacks_kept_rate: counts.callbacks_due, average_handle_time_s: counts.handled,
      average_speed_of_answer_s: counts.answered_waited, survey_response_rate: counts.surveys_sent }[figure]);
  }

  fw.figureNames = { names, name, value, isNow, written, evidence, isShare: (figure) => SHARE.test(figure), isBadBelow: (figure) => BAD_BELOW.test(figure) };
})();
