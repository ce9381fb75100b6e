/* The alert centre: which tab is open, which incident is chosen, and what is known of them. Frames
   say that something changed; what it is comes whole from the API. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const TABS = ["now", "history", "rules"], AGAIN_MS = 2000, LISTED_MAX = 500;
  const TAKEN = ["id", "severity", "state", "title", "targets", "opened_at", "since", "resolved_at", "acknowledged_by", "assigned_to", "snoozed_until", "true"];
  const lists = { now: null, history: null };
  let tab = "now", chosen = null, version = null, asking = false, again = false, problem = "", started = false;

  function draw(frame) {
    start();
    if (frame) {
      if (frame.picture) {
        const title = `${fw.t("Alerts")} · ${frame.picture.title}`;
        fw.dom.text(document.getElementById("title"), title);
        if (document.title.replace(/^\(\d+\) /, "") !== title) document.title = title;
        fw.alertStrip.show();
      }
      document.documentElement.dataset.floor = "drawn";
      if (frame.alerts && versionOf(frame) !== version) ask();
    }
    fw.freshness.tick();
    return frame ? frame.seq : window.dash_clientside.no_update;
  }

  function start() {
    if (started) return;
    started = true;
    TABS.forEach((name) => document.getElementById(`tab-${name}`).addEventListener("click", () => open(name)));
    fw.incidentList.start(() => show());
    fw.takeAway.offer("incidents", () => fw.t("Alerts"), taken);
    fw.incidentActions.start();
    fw.alertKeys.start();
    const asked = decodeURIComponent(location.hash.slice(1));
    if (asked && !TABS.includes(asked)) chosen = asked;
    fw.address.listen(["tab"], () => turnTo(tabAsked()));
    turnTo(TABS.includes(asked) ? asked : tabAsked());
  }

  const tabAsked = () => fw.address.get("tab", TABS) || "now";

  /* What the open tab shows, asked for anew; once more where it changed meanwhile. Figures move all
     the time, so what is over is asked for only where somebody looks at it. */
  async function ask() {
    again = asking;
    if (asking) return;
    asking = true;
    const newest = fw.alertStrip.newest(), wanted = versionOf(newest);
    try {
      const answer = await fw.http.get(`/api/v1/alerts?state=open&limit=${LISTED_MAX}`);
      lists.now = fw.alertWords.gravestFirst(answer.incidents);
      fw.undelivered.draw(answer.undelivered);
      if (tab === "history" || (chosen && !lists.now.some((one) => one.id === chosen))) lists.history = await incidents("resolved");
      version = wanted;
      problem = "";
      if (tab === "rules") fw.rulesEditor.refresh();
    } catch (error) {
      fw.http.heard(error);
      problem = error.message;
      setTimeout(() => { version = null; }, AGAIN_MS);
    }
    asking = false;
    show();
    const now = fw.alertStrip.newest();
    if (!problem && (again || (now && now.alerts && versionOf(now) !== version))) ask();
  }

  /* Which board a frame tells of: the past has one of its own. */
  const versionOf = (frame) => (frame && frame.alerts ? `${frame.past ? frame.past.look : "now"} ${frame.alerts.version}` : null);

  const incidents = async (state) => (await fw.http.get(`/api/v1/alerts?state=${state}&limit=${LISTED_MAX}`)).incidents;

  /* Open a tab; the way back leads to the one before. */
  function open(name) {
    if (name === tabAsked()) turnTo(name);
    else fw.address.set({ tab: name === "now" ? null : name }, { step: true });
  }

  function turnTo(name) {
    // What is chosen in one list is chosen in another only where it is there.
    if (name !== tab && lists[name] && !lists[name].some((one) => one.id === chosen)) chosen = null;
    tab = name;
    TABS.forEach((one) => {
      const button = document.getElementById(`tab-${one}`);
      fw.dom.attribute(button, "aria-selected", String(one === tab));
      button.tabIndex = one === tab ? 0 : -1;
    });
    document.getElementById("screen").dataset.tab = tab;
    document.getElementById("incidents").hidden = tab === "rules";
    document.getElementById("filters").hidden = tab !== "history";
    document.getElementById("rules").hidden = tab !== "rules";
    if (tab === "rules") fw.rulesEditor.open();
    if (tab === "history") ask();
    show();
  }

  /* The next tab to the right or left, as arrows on tabs do. */
  function turn(step) {
    open(TABS[(TABS.indexOf(tab) + step + TABS.length) % TABS.length]);
    document.getElementById(`tab-${tab}`).focus();
  }

  function shown() {
    const all = lists[tab] || [];
    return tab === "history" ? all.filter(fw.incidentList.matches) : all;
  }

  /* To take away: what the list shows, with the values of the API. */
  function taken() {
    const told = tab === "rules" ? lists.now || [] : shown();
    const rows = told.map((one) => ({ ...one, title: fw.alertWords.titleOf(one), acknowledged_by: one.acknowledged && one.acknowledged.by, targets: one.alerts.map(({ target }) => target.name || target.dimension).join(" / ") }));
    return { columns: TAKEN.map((key) => [key, key]), rows };
  }

  /* The chosen one. What is over leaves the list of what fires, but not the eyes of who looks at it. */
  function incident() {
    const all = tab === "now" ? [...(lists.now || []), ...(lists.history || [])] : shown();
    return all.find((one) => one.id === chosen) || null;
  }

  function choose(id, focus) {
    chosen = id;
    history.replaceState(null, "", `${location.pathname}${location.search}#${encodeURIComponent(id)}`);
    show();
    if (focus) fw.incidentList.focus(id);
  }

  function move(step) {
    const ids = shown().map((one) => one.id);
    if (!ids.length) return;
    const at = ids.indexOf(chosen);
    choose(ids[Math.min(ids.length - 1, Math.max(0, at < 0 ? 0 : at + step))], true);
  }

  function show() {
    if (!started) return;
    count("now", lists.now);
    const told = shown(), picture = (fw.alertStrip.newest() || {}).picture;
    if (tab !== "rules") {
      if (told.length && !incident()) chosen = told[0].id;
      fw.incidentList.draw(told, chosen, picture);
      none(told.length);
      fw.incidentDetail.draw(incident(), picture);
    }
    fw.dom.text(document.getElementById("centre-told"), words());
  }

  function count(name, list) {
    const place = fw.dom.part(document.getElementById(`tab-${name}`), "count");
    fw.dom.text(place, list && list.length ? String(list.length) : "");
  }

  function none(length) {
    const place = document.getElementById("incidents-none");
    place.hidden = length > 0;
    fw.dom.attribute(document.getElementById("incidents"), "data-none", length > 0 ? null : "");
    const calm = tab === "now" ? fw.format.sentences(fw.t("Nothing fires."), trouble(), watching()) : fw.t("Nothing of that kind has been.");
    fw.dom.text(place, lists[tab] ? calm : problem ? fw.format.sentence(problem) : fw.t("Being read …"));
    if (fw.past.on()) {
      if (tab === "now" && lists.now) fw.dom.text(place, fw.t("Nothing fired then, as far as is kept."));
    } else if (tab === "now" && lists.now && !fw.alertStrip.watched()) fw.dom.text(place, fw.t("Nothing is known to fire, and nobody watches."));
  }

  /* Rules may be of other things, or learn still: a floor in trouble is not called calm. */
  function trouble() {
    const { standing } = fw.alertStrip.newest() || {};
    return standing && standing.state === "trouble" ? `${fw.standing.lead(standing)} ${fw.standing.rest(standing)}` : "";
  }

  /* What stands behind the calm: how many rules watch, and when they were last judged. */
  function watching() {
    const told = ((fw.alertStrip.newest() || {}).alerts || {}).evaluator, age = fw.alertStrip.age();
    if (!told || age === null) return "";
    return fw.tn("One rule watches, last judged {span} ago.", "{n} rules watch, last judged {span} ago.", told.rules, { span: fw.format.span(age) });
  }

  function words() {
    const newest = fw.alertStrip.newest();
    if (problem) return fw.t("Not up to date: {problem}", { problem });
    if (!newest) return "";
    if (!newest.alerts) return fw.t("This dashboard follows no alerts.");
    return fw.format.sentences(...newest.alerts.problems.map(fw.format.sentence));
  }

  document.addEventListener("DOMContentLoaded", () => fw.freshness.follow(() => { if (started) show(); }));
  addEventListener("hashchange", () => {
    const asked = decodeURIComponent(location.hash.slice(1));
    if (!started || !asked || TABS.includes(asked)) return;
    open("now");
    chosen = asked;
    ask();
    show();
  });
  fw.centre = { open, turn, choose, move, incident, tab: () => tab };
  const alerts = { draw, switched: () => fw.view.switched() };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { alerts });
})();
