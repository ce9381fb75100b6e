/* How numbers, durations, shares and targets are written. A value that is null is a dash, never 0.
   Values come as parts, [text, kind], so that units can be set smaller than their numbers. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const DASH = [["–", "none"]];
  const whole = new Intl.NumberFormat("en");

  const VARIANTS = {
    abandons_count: "abandons count",
    abandons_ignored: "abandons ignored",
    abandons_in_target_ignored: "early abandons ignored",
    abandons_in_target_met: "early abandons met",
    stuck_proof: "waiting counts too",
  };

  const given = (value) => value !== null && value !== undefined;

  function count(value) {
    return given(value) ? [[whole.format(value), "number"]] : DASH;
  }

  /* Whole units, cut off, never broken over lines, as dashboard/words.py writes them: 0:48, 52:10, 1 h 12, 3 d 4 h. */
  function duration(seconds) {
    if (!given(seconds)) return DASH;
    const all = Math.max(0, Math.floor(seconds));
    const minutes = Math.floor(all / 60), hours = Math.floor(minutes / 60);
    const days = Math.floor(hours / 24);
    if (days) return [[String(days), "number"], ["d", "unit"], [String(hours % 24), "number"], ["h", "unit"]];
    if (hours) return [[String(hours), "number"], ["h", "unit"], [pad(minutes % 60), "number"]];
    return [[minutes + ":" + pad(all % 60), "number"]];
  }

  /* One digit after the point below ten, where half a percent is a difference. */
  function share(value, fine) {
    if (!given(value)) return DASH;
    const percent = value * 100;
    const text = fine && percent > 0 && percent < 9.95 ? percent.toFixed(1) : String(Math.round(percent));
    return [[text, "number"], ["%", "unit"]];
  }

  function target(seconds) {
    if (seconds >= 3600 && seconds % 3600 === 0) return seconds / 3600 + " h";
    if (seconds >= 60 && seconds % 60 === 0) return seconds / 60 + " min";
    return seconds + " s";
  }

  /* The target of a queue, or of each channel where they differ. */
  function targets(label) {
    const told = label ? Object.entries(label.target_s) : [];
    const values = [...new Set(told.map(([, seconds]) => seconds))];
    if (!values.length) return "in target";
    if (values.length === 1) return "in " + target(values[0]);
    return "in own targets";
  }

  function window_(name) {
    return name.replace(/m$/, " min");
  }

  /* A CSAT that says how much it knows; under ten answers it is too few to be a share. */
  function csat(counts, figures) {
    const n = counts.csat_n || 0;
    if (!n) return { value: DASH, note: "no answers", n: "" };
    if (n < 10) return { value: [["too few", "words"]], note: `${counts.csat_top} of ${n} content`, n: `n ${n}` };
    const interval = `${Math.round(figures.csat_low * 100)}–${Math.round(figures.csat_high * 100)} %`;
    const told = `n ${whole.format(n)}`;
    return { value: share(figures.csat_score), note: `${told}, ${interval}`, n: told };
  }

  /* A length of time in one unit, cut off or rounded up, as dashboard/words.py writes it: 12 s, 12 min, 3 h, 2 d. */
  function span(seconds, up) {
    const [unit, length] = [["d", 86400], ["h", 3600], ["min", 60]].find((one) => seconds >= 2 * one[1]) || ["s", 1];
    return `${Math.max(0, (up ? Math.ceil : Math.floor)(seconds / length))}\u00a0${unit}`;
  }

  const timeOf = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const dayOf = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

  /* An instant in this browser's time zone: 09:42, and on another day 2 Mar 09:42. */
  function moment(told) {
    const instant = Date.parse(told), day = dayOf.format(instant), time = timeOf.format(instant);
    return (day === dayOf.format(Date.now()) ? time : `${day} ${time}`).replaceAll(" ", "\u00a0");
  }

  const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.?!]$/.test(text) ? "" : ".");
  const pad = (value) => String(value).padStart(2, "0");
  const plain = (parts) => parts.map(([text]) => text).join("\u00a0");

  fw.format = { count, duration, share, target, targets, window: window_, csat, span, moment, sentence, plain, given, VARIANTS, DASH };
})();
