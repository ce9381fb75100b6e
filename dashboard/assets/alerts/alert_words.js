/* Alerts in words: how grave, since when, who has it, and figures as they are written elsewhere. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const SEVERITIES = {
    page: { mark: "▲", word: fw.t("Urgent"), state: "trouble" },
    notice: { mark: "◆", word: fw.t("Notice"), state: "watch" },
    ticket: { mark: "■", word: fw.t("To read"), state: "ticket" },
  };
  const ORDER = Object.keys(SEVERITIES);
  const STATES = { firing: "", recovering: fw.t("Recovering"), no_data: fw.t("No data"), resolved: fw.t("Resolved"), pending: fw.t("Pending") };
  const FACTORS = {
    volume: [fw.t("Volume"), (value) => fw.t("{n} / h", { n: number(value) }).replaceAll(" ", "\u00a0")],
    handle_time: [fw.t("Handle time"), (value) => seconds(value)],
    people: [fw.t("People"), (value) => number(value)],
    redials: [fw.t("Transfers and redials"), (value) => percent(value)],
    patience: [fw.t("Patience"), (value) => seconds(value)],
  };
  // The rules that ship go by these; a rule of another name is somebody's own, and stays as it is written.
  const RULES = {
    surge: fw.t("Surge"), floor_surge: fw.t("Surge on the whole floor"), building_surge: fw.t("Surge that builds up"), arrivals_stopped: fw.t("Arrivals stopped"),
    service_level_lost: fw.t("Service level lost"), service_level_slips: fw.t("Service level slips"), wait_grows: fw.t("Waits grow"), somebody_waits: fw.t("Somebody waits too long"),
    callbacks_at_risk: fw.t("Callbacks at risk"), replies_at_risk: fw.t("Replies at risk"), stream_silent: fw.t("The stream is silent"),
  };
  const one = new Intl.NumberFormat(fw.locale, { maximumFractionDigits: 1 });
  const three = new Intl.NumberFormat(fw.locale, { maximumSignificantDigits: 3 });

  const number = (value) => (value < 10 ? three : one).format(value);
  const seconds = (value) => fw.format.plain(fw.format.duration(value));
  const percent = (value) => fw.format.plain(fw.format.share(value, true));

  // What alerts go by besides, and what they call otherwise than the screens of figures do.
  const NAMES = {
    size: fw.t("Times the usual"), offered: fw.t("Contacts"), score: fw.t("How sure, in nats"), contacts: fw.t("Contacts ended"),
    wait_ahead_s: fw.t("Wait ahead"), stuck_proof: fw.t("In target, who waits counts"), abandonment_rate: fw.t("Abandonment rate"),
    average_speed_of_answer_s: fw.t("Average speed of answer"), usual: fw.t("Usual"), burn: fw.t("Burn"), overdue: fw.t("Overdue"), open: fw.t("Open"), age_s: fw.t("Age"),
    average_handle_time_s: fw.t("Average handle time"), callbacks_overdue: fw.t("Callbacks overdue"),
    abandons_count: fw.t("Abandons count"), abandons_ignored: fw.t("Abandons ignored"),
    abandons_in_target_ignored: fw.t("Abandons in target ignored"), abandons_in_target_met: fw.t("Abandons in target met"),
  };
  // What stands beside a figure, to be read against it.
  const BESIDE = {
    baseline: (value) => fw.t("baseline {value}", { value }),
    target: (value) => fw.t("target {value}", { value }),
    usual: (value) => fw.t("usual {value}", { value }),
  };
  const USUAL = { offered: "expected" };

  /* A figure by the ending of its name: seconds, shares, numbers; unknown is a dash. */
  function figure(name, value) {
    if (!fw.format.given(value)) return "–";
    const bare = name.replace(/_(baseline|target|\d+m|today)$/, "");
    if (/_s$/.test(bare)) return seconds(value);
    if (/(level|rate|share|score|occupancy|utilisation)$/.test(bare) && name !== "score") return percent(value);
    return bare in fw.format.VARIANTS ? percent(value) : number(value);
  }

  /* The figures that an alert was judged by: [name, value, what stands beside it]. */
  function figures(told) {
    const usual = Object.entries(USUAL).filter(([name]) => name in told).map(([, other]) => other);
    return Object.keys(told).filter((name) => !usual.includes(name) && !/_(baseline|target)$/.test(name)).map((name) => {
      const beside = ["baseline", "target"].map((what) => [what, told[`${name}_${what}`]]);
      if (USUAL[name]) beside.push(["usual", told[USUAL[name]]]);
      const words = beside.filter(([, value]) => fw.format.given(value)).map(([what, value]) => BESIDE[what](figure(name, value)));
      return [title(name), figure(name, told[name]), fw.format.comma(...words)];
    });
  }

  const capital = (text) => text.charAt(0).toLocaleUpperCase(fw.locale) + text.slice(1);

  function title(name) {
    const [, bare, window_] = /^(.*?)(?:_(\d+m|today))?$/.exec(name);
    const words = NAMES[name] || NAMES[bare] || fw.figureNames.names()[bare] || capital(bare.replace(/_s$/, "").replaceAll("_", " "));
    return window_ && !NAMES[name] ? fw.format.comma(words, fw.format.window(window_)) : words;
  }

  /* What a target is called on the other screens. */
  function target(told, picture) {
    if (told.dimension === "floor") return fw.t("The whole floor");
    const label = told.dimension === "queue" && picture ? picture.labels[told.name] : null;
    if (label) return label.name;
    const { name } = told;
    return told.dimension === "channel" ? fw.t("channel {name}", { name: fw.channels.name(name) }) : told.dimension === "team" ? fw.t("team {name}", { name })
      : told.dimension === "agent" ? fw.t("agent {name}", { name }) : told.dimension === "queue" ? name : `${told.dimension} ${name}`;
  }

  /* How long ago on the floor's clock; null while that is not known. */
  function since(instant) {
    const now = fw.freshness.floorNow();
    return now === null ? null : fw.format.span(Math.max(0, (now - Date.parse(instant)) / 1000));
  }

  const LASTS = {
    recovering: (span) => fw.t("clear for {span}", { span }),
    no_data: (span) => fw.t("not known for {span}", { span }),
  };

  /* For how long it stands as it does: since when this firing lasts, or is clear again. */
  function lasts(told) {
    const state = LASTS[told.state], span = since(state ? told.changed_at : told.since);
    return span && (state ? state(span) : fw.t("since {span}", { span }));
  }

  function calling(told) {
    return !who(told) && !silenced(told);
  }

  function silenced(told) {
    return Boolean(told.snoozed_until) && Date.parse(told.snoozed_until) > Date.now();
  }

  const who = (told) => (told.acknowledged ? told.acknowledged.by : told.acknowledged_by) || null;

  /* Who has it and how long it is silent, in a few words; empty where nobody has it. */
  function owner(told) {
    const by = who(told), words = [];
    if (told.assigned_to) words.push(fw.t("{name} has it", { name: told.assigned_to }));
    else if (by) words.push(fw.t("{name} has seen it", { name: by }));
    if (silenced(told)) words.push(fw.t("silent until {time}", { time: fw.format.moment(told.snoozed_until) }));
    return fw.format.comma(...words);
  }

  /* By severity, then those that do not recover, then those open longest: as the dashboard sorts them. */
  function gravestFirst(incidents) {
    return [...incidents].sort((a, b) =>
      ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity) ||
      (a.state === "recovering") - (b.state === "recovering") ||
      Date.parse(a.opened_at) - Date.parse(b.opened_at) || (a.id < b.id ? -1 : 1));
  }

  /* What the gravest alert says, where the title does not say it already. */
  const message = (told) => (told.message === told.title ? "" : fw.said(told.message_said, told.message));
  const titleOf = (told) => fw.said(told.said || told.title_said, told.title);
  const rule = (name) => (Object.hasOwn(RULES, name) ? RULES[name] : name);
  const kind = (told) => SEVERITIES[told.severity] || SEVERITIES.ticket;

  fw.alertWords = { rule, kind, figure, figures, title, target, since, lasts, calling, silenced, owner, message, titleOf, gravestFirst, factor: (name) => FACTORS[name] || [title(name), number], STATES, seconds };
})();
