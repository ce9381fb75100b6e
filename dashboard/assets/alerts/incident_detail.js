/* One incident whole: why, by how much of each part; its alerts with their figures; what stands
   behind it now; and its history. Drawn anew only where something changed, a section at a time: its
   figures change every few seconds, under the hands and eyes of who reads the rest. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const NOW = [
    ["waiting", fw.t("waiting")], ["oldest_wait_s", fw.t("oldest wait")], ["waiting_over_target", fw.t("over target")],
    ["expected_wait_s", fw.t("expected wait")], ["agents_available", fw.t("agents free")], ["agents_staffed", fw.t("agents staffed")],
  ];
  const REACHED = "a[href], button, summary";
  // The sections that stand there, each with what it was made as: what stands behind is filled in later.
  let drawn = "", shown = null, parts = [];

  function draw(told, picture) {
    const place = document.getElementById("detail");
    place.hidden = !told;
    if (!told) { drawn = ""; shown = null; return; }
    const labels = picture ? Object.values(picture.labels).map((one) => one.name).join("\n") : "";
    const next = JSON.stringify(told) + labels;
    if (next !== drawn) {
      if (shown !== told.id) { parts = []; document.getElementById("detail-body").scrollTop = 0; }
      drawn = next;
      shown = told.id;
      put(document.getElementById("detail-body"), body(told, picture));
    }
    head(told);
    fw.incidentActions.show(told);
    behindNow(picture);
  }

  function put(place, sections) {
    const before = new Map(parts.map((one) => [one.made, one]));
    const next = sections.map((element) => before.get(element.outerHTML) || { made: element.outerHTML, element });
    const focused = document.activeElement, at = parts.findIndex(({ element }) => element.contains(focused));
    const reached = at < 0 ? -1 : Array.from(parts[at].element.querySelectorAll(REACHED)).indexOf(focused);
    const kept = next.map(({ element }) => element);
    // What stays is not moved: that would take the focus from it, and close what is opened in it.
    Array.from(place.children).filter((element) => !kept.includes(element)).forEach((element) => element.remove());
    kept.forEach((element, index) => { if (place.children[index] !== element) place.insertBefore(element, place.children[index] || null); });
    parts = next;
    if (reached >= 0 && !focused.isConnected && kept[at]) kept[at].querySelectorAll(REACHED)[reached]?.focus();
  }

  function head(told) {
    const place = document.getElementById("detail-head"), { make, text, attribute } = fw.dom;
    if (!place.firstChild) place.append(make("p", "detail-kind"), make("h2", "detail-title"), make("p", "detail-told"));
    const kind = fw.alertWords.kind(told), over = told.state === "resolved";
    attribute(place, "data-state", over ? "over" : kind.state);
    const state = fw.alertWords.STATES[told.state];
    text(place.children[0], [`${over ? "●" : kind.mark} ${kind.word}`, state].filter(Boolean).join(" · "));
    text(place.children[1], fw.alertWords.titleOf(told));
    const since = fw.alertWords.since(told.since);
    const time = fw.format.moment(told.since);
    const fires = since && !over ? fw.t("since {time} ({span})", { time, span: since }) : fw.t("since {time}", { time });
    const lasted = over ? fw.t("until {time}", { time: fw.format.moment(told.resolved_at) }) : told.state === "firing" ? "" : fw.alertWords.lasts(told);
    const first = told.since === told.opened_at ? "" : fw.t("first at {time}", { time: fw.format.moment(told.opened_at) });
    const judged = told.true === null ? "" : fw.incidentList.judged(told);
    text(place.children[2], [fires, lasted, first, fw.alertWords.owner(told) || (over ? "" : fw.t("nobody has it")), judged].filter(Boolean).join(" · "));
  }

  function section(title, ...children) {
    return fw.dom.make("section", "detail-section", fw.dom.make("h3", "detail-caption", title), ...children);
  }

  function body(told, picture) {
    const whys = told.alerts.filter((one) => one.why).map((one) => section(fw.t("Why it fired, at {time}", { time: fw.format.moment(one.fired_at) }), ...why(one.why)));
    const alerts = section(told.alerts.length === 1 ? fw.t("What fired") : fw.t("What fired, of one cause"), fw.dom.make("div", "alerts-fired", ...told.alerts.map((one) => alert(one, picture))));
    return [...whys.slice(0, 1), alerts, ...behind(told, picture), section(fw.t("History"), past(told))];
  }

  /* The parts as bars from the middle: to the right what made it worse, to the left what helped. */
  function why(told) {
    const { make } = fw.dom, pieces = [make("p", "why-text", fw.said.sentences(told.said, told.text))];
    const waits = waitsOf(told);
    if (waits) pieces.push(make("p", "why-waits", waits));
    if (!told.parts.length) return pieces;
    // Percentages are of all that made it worse, as in the text.
    const worse = told.parts.reduce((sum, part) => sum + Math.max(part.share, 0), 0) || 1;
    const most = Math.max(...told.parts.map((part) => Math.abs(part.share)), 0.01);
    const helps = told.parts.some((part) => part.share < 0);
    const list = make("ul", "why-parts", ...told.parts.map((part) => bar(part, most, worse, helps)));
    return [...pieces, list];
  }

  function waitsOf(told) {
    const { given } = fw.format, before = fw.alertWords.seconds(told.wait_before_s), now = fw.alertWords.seconds(told.wait_now_s);
    if (given(told.wait_before_s) && given(told.wait_now_s)) return fw.t("Mean wait by the model: {before} at the baseline, {now} then.", { before, now });
    if (given(told.wait_before_s)) return fw.t("Mean wait by the model: {before} at the baseline.", { before });
    return given(told.wait_now_s) ? fw.t("Mean wait by the model: {now} then.", { now }) : "";
  }

  function bar(part, most, worse, helps) {
    const { make } = fw.dom, [name, write] = fw.alertWords.factor(part.factor);
    const value = (told) => (fw.format.given(told) ? write(told) : "–");
    const share = (part.share < 0 ? "−" : "+") + fw.format.percent(String(Math.round((Math.abs(part.share) / worse) * 100)));
    const fill = make("span", "why-fill"), track = make("span", "why-track", fill);
    fill.style.setProperty("--share", String(Math.abs(part.share) / most));
    track.setAttribute("aria-hidden", "true");
    track.dataset.helps = String(helps);
    const row = make("li", "why-part", make("span", "why-name", name), make("span", "why-values", `${value(part.before)} → ${value(part.now)}`), track, make("span", "why-share", share));
    row.dataset.sign = part.share < 0 ? "helps" : "hurts";
    return row;
  }

  function alert(told, picture) {
    const { make } = fw.dom, kind = fw.alertWords.kind(told), state = fw.alertWords.STATES[told.state];
    const mark = make("span", "mark", told.state === "resolved" ? "●" : kind.mark);
    mark.setAttribute("aria-hidden", "true");
    const where = fw.alertWords.target(told.target, picture);
    const head = make("p", "alert-head", mark, make("span", "alert-where", where), make("span", "alert-rule", rule(told.rule), [" ", state, told.flaps ? fw.tn("came back {n} time", "came back {n} times", told.flaps) : ""].filter(Boolean).join(" · ").replace(/^ $/, "")));
    const who = make("button", "action alert-contacts", fw.t("Contacts"));
    who.type = "button";
    who.setAttribute("aria-label", fw.t("The contacts behind {rule}, {where}", { rule: fw.alertWords.rule(told.rule), where }));
    who.addEventListener("click", () => fw.contactsBehind.open(fw.centre.incident(), told.id));
    const made = make("div", "alert", head, make("p", "alert-message", fw.said(told.said, told.message)), figures(told), who);
    made.dataset.state = told.state === "resolved" ? "over" : kind.state;
    return made;
  }

  /* A rule's name, which leads to it. */
  function rule(name) {
    const way = fw.dom.make("button", "way", fw.alertWords.rule(name));
    way.type = "button";
    way.title = fw.t("Show this rule");
    way.addEventListener("click", () => { fw.centre.open("rules"); fw.rulesEditor.choose(name); });
    return way;
  }

  /* Each figure with what it is read against beside it, where there is that. */
  function figures(told) {
    const { make } = fw.dom;
    return make("dl", "alert-figures", ...fw.alertWords.figures(told.figures).map(([name, now, beside]) =>
      make("div", "alert-figure", make("dt", "", name), make("dd", "", make("span", "alert-now", now), " ", make("span", "alert-beside", beside)))));
  }

  /* What stands behind it at this moment, from the same frame as every other screen. */
  function behind(told, picture) {
    const queues = [...new Set(told.alerts.filter((one) => one.target.dimension === "queue").map((one) => one.target.name))];
    return queues.map((queue) => {
      const { make } = fw.dom, label = fw.alertWords.target({ dimension: "queue", name: queue }, picture);
      const figures_ = make("dl", "alert-figures", ...NOW.map(([name, words]) => {
        const value = make("dd", "alert-now");
        value.dataset.now = name;
        return make("div", "alert-figure", make("dt", "", words), value);
      }));
      const more = make("a", "way", fw.t("All its figures, for programs"));
      more.href = `/api/v1/queues/${encodeURIComponent(queue)}`;
      const made = make("details", "behind", make("summary", "", fw.t("{queue} now", { queue: label })), figures_, more);
      made.dataset.queue = queue;
      return made;
    });
  }

  function behindNow(picture) {
    document.querySelectorAll(".behind[open]").forEach((place) => {
      const section_ = picture && picture.figures.queues[place.dataset.queue];
      place.querySelectorAll("[data-now]").forEach((value) => {
        const name = value.dataset.now;
        fw.dom.text(value, section_ ? fw.alertWords.figure(name, section_.now[name]) : "–");
      });
    });
  }

  const WORDS = {
    opened: fw.t("Opened"), joined: fw.t("Joined"), worse: fw.t("Worse"), resolved: fw.t("Resolved"), reopened: fw.t("Opened again"),
    no_data: fw.t("No data"), data_again: fw.t("Data again"), acknowledged: fw.t("Acknowledged"), unacknowledged: fw.t("Given back"),
    snoozed: fw.t("Silenced"), woken: fw.t("Woken"), assigned: fw.t("Assigned"), note: fw.t("Note"), escalated: fw.t("Escalated"),
  };

  /* The newest first: what was done last is looked for most. */
  function past(told) {
    const { make } = fw.dom;
    return make("ol", "history", ...[...told.history].reverse().map((entry) => {
      const line = make("li", "entry", make("span", "entry-at", fw.format.moment(entry.at)), make("span", "entry-what", WORDS[entry.what] || entry.what), make("span", "entry-text", [entry.what === "snoozed" && entry.text ? fw.t("until {time}", { time: fw.format.moment(entry.text) }) : fw.said(entry.said, entry.text), entry.by && entry.what !== "acknowledged" ? `(${entry.by})` : ""].filter(Boolean).join(" ")));
      line.dataset.what = entry.what;
      return line;
    }));
  }

  fw.incidentDetail = { draw };
})();
