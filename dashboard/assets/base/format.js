/* How numbers, durations, shares and targets are written. A value that is null is a dash, never 0.
   Values come as parts, [text, kind], so that units can be set smaller than their numbers. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const DASH = [["–", "none"]];
  const whole = new Intl.NumberFormat(fw.locale);
  const tenth = new Intl.NumberFormat(fw.locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  // The catalogues write durations with spaces between their parts: none of them is broken over lines.
  const NARROW = "\u00a0";
  // As the language has it: Italian and Chinese write no space before the sign (docs/languages.md).
  const PERCENT = fw.language === "en" || /\s/.test(new Intl.NumberFormat(fw.locale, { style: "percent" }).format(0.5)) ? `${NARROW}%` : "%";

  const VARIANTS = {
    abandons_count: fw.t("abandons count"),
    abandons_ignored: fw.t("abandons ignored"),
    abandons_in_target_ignored: fw.t("early abandons ignored"),
    abandons_in_target_met: fw.t("early abandons met"),
    stuck_proof: fw.t("waiting counts too"),
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
    if (days) return parts(fw.t("{days} d {hours} h", { days: whole.format(days), hours: hours % 24 }));
    if (hours) return parts(fw.t("{hours} h {minutes}", { hours, minutes: pad(minutes % 60) }));
    return [[minutes + ":" + pad(all % 60), "number"]];
  }

  const parts = (text) => text.split(" ").map((word) => [word, /\d/.test(word) ? "number" : "unit"]);

  /* One digit after the point below ten, where half a percent is a difference. */
  function share(value, fine) {
    if (!given(value)) return DASH;
    const percent = value * 100;
    const text = fine && percent > 0 && percent < 9.95 ? tenth.format(percent) : String(Math.round(percent));
    return [[text, "number"], [PERCENT, "unit sign"]];
  }

  function target(seconds) {
    if (seconds >= 3600 && seconds % 3600 === 0) return fw.t("{n} h", { n: seconds / 3600 });
    if (seconds >= 60 && seconds % 60 === 0) return fw.t("{n} min", { n: seconds / 60 });
    return fw.t("{n} s", { n: whole.format(seconds) });
  }

  /* The target of a queue, or of each channel where they differ: for a heading, and for what was
     answered so. */
  function targets(label) {
    const values = targetsOf(label);
    if (!values.length) return fw.t("in target");
    return values.length === 1 ? fw.t("in {target}", { target: target(values[0]) }) : fw.t("in own targets");
  }

  function answered(label) {
    const values = targetsOf(label);
    if (!values.length) return fw.t("answered in target");
    return values.length === 1 ? fw.t("answered in {target}", { target: target(values[0]) }) : fw.t("in own targets");
  }

  const targetsOf = (label) => [...new Set(label ? Object.values(label.target_s) : [])];

  function window_(name) {
    const minutes = /^(\d+)m$/.exec(name);
    return minutes ? fw.t("{n} min", { n: minutes[1] }) : name === "today" ? fw.t("today") : name;
  }

  /* A CSAT that says how much it knows; under ten answers it is too few to be a share. */
  function csat(counts, figures) {
    const n = counts.csat_n || 0;
    if (!n) return { value: DASH, note: fw.t("no answers"), n: "" };
    if (n < 10) return { value: [[fw.t("too few"), "words"]], note: fw.t("{n} of {all} content", { n: counts.csat_top, all: n }), n: `n ${n}` };
    const interval = percent(`${Math.round(figures.csat_low * 100)}–${Math.round(figures.csat_high * 100)}`);
    const told = `n ${whole.format(n)}`;
    return { value: share(figures.csat_score), note: comma(told, interval), n: told };
  }

  const SPANS = [[fw.t("{n} d"), 86400], [fw.t("{n} h"), 3600], [fw.t("{n} min"), 60]];

  /* A length of time in one unit, cut off or rounded up, as dashboard/words.py writes it: 12 s, 12 min, 3 h, 2 d. */
  function span(seconds, up) {
    const [text, length] = SPANS.find((one) => seconds >= 2 * one[1]) || [fw.t("{n} s"), 1];
    const n = whole.format(Math.max(0, (up ? Math.ceil : Math.floor)(seconds / length)));
    return text.replace("{n}", n).replaceAll(" ", NARROW);
  }

  /* An instant by the floor's clock: 09:42, and on another day 2 Mar 09:42. */
  const moment = (told) => fw.times.moment(Date.parse(told));

  const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.?!。？！]$/.test(text) ? "" : fw.t("."));
  const pad = (value) => String(value).padStart(2, "0");
  /* The sign brings the space before it, where there is one. */
  const plain = (shown) => shown.map(([text, kind], index) => (index && kind !== "unit sign" ? NARROW : "") + text).join("");
  /* Shares that are written already: «79–88 %». */
  const percent = (text) => text + PERCENT;
  /* One beside the other, and what is empty left out. */
  const comma = (...told) => told.filter(Boolean).join(fw.t(", "));
  /* One sentence after the other; Chinese has no space between. */
  const sentences = (...told) => told.filter(Boolean).join(fw.language === "zh" ? "" : " ");
  const semicolon = (told) => told.join(fw.t("; "));
  const decimal = new Intl.NumberFormat(fw.locale, { maximumFractionDigits: 1 });
  const number = (value) => decimal.format(value);
  const tenths = (value) => tenth.format(value);

  fw.format = { count, duration, share, target, targets, answered, percent, comma, sentences, semicolon, number, tenths, window: window_, csat, span, moment, sentence, plain, given, VARIANTS, DASH };
})();
