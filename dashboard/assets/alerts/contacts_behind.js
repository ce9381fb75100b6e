/* The contacts behind an alert, in a dialog: asked for when somebody wants them, as they were when it
   was judged last. Contacts go by the pseudonyms of their events. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const GROUPS = {
    waiting: [fw.t("Waiting"), fw.t("The longest wait first")],
    unanswered: [fw.t("Without an answer to their message"), fw.t("The longest wait first")],
    callbacks_open: [fw.t("Promised a call"), fw.t("What is due first")],
    answered_late: [fw.t("Answered late"), fw.t("The newest first")],
    abandoned: [fw.t("Left before an answer"), fw.t("The newest first")],
    short_abandoned: [fw.t("Left at once"), fw.t("The newest first")],
    diverted: [fw.t("Taken out of the queue"), fw.t("The newest first")],
    declined: [fw.t("Not taken by an agent"), fw.t("The newest first")],
    transferred_out: [fw.t("Passed on"), fw.t("The newest first")],
  };
  const STANDING = ["waiting", "unanswered", "callbacks_open"];
  const NONE = "–", MS = 1000;
  let asked = 0, chosen = null;

  /* Of this alert, or of the gravest of the incident. */
  function open(told, alert) {
    const { make } = fw.dom;
    const status = make("p", "contacts-told"), list = make("div", "contacts-groups");
    status.setAttribute("role", "status");
    list.tabIndex = 0;
    list.setAttribute("role", "region");
    list.setAttribute("aria-label", fw.t("Contacts"));
    const parts = told.alerts.length > 1 ? [choices(told)] : [];
    fw.dialog.tell(fw.t("Contacts behind it"), ...parts, status, list);
    document.getElementById("dialog").dataset.wide = "true";
    list.focus();
    choose(alert || gravest(told).id);
  }

  const gravest = (told) => fw.alertWords.gravestFirst(told.alerts.map((one) => ({ ...one, opened_at: one.began }))).sort((a, b) => over(a) - over(b))[0];
  const over = (alert) => Number(alert.state === "resolved");

  function choices(told) {
    const { make } = fw.dom, picture = (fw.alertStrip.newest() || {}).picture;
    const buttons = told.alerts.map((one) => {
      const button = make("button", "action", `${fw.alertWords.target(one.target, picture)}: ${fw.alertWords.rule(one.rule)}`);
      button.type = "button";
      button.dataset.alert = one.id;
      button.addEventListener("click", () => choose(one.id));
      return button;
    });
    const made = make("div", "contacts-alerts", ...buttons);
    made.setAttribute("role", "group");
    made.setAttribute("aria-label", fw.t("Of which alert"));
    return made;
  }

  function choose(alert) {
    chosen = alert;
    document.querySelectorAll(".contacts-alerts [data-alert]").forEach((button) => fw.dom.attribute(button, "aria-pressed", String(button.dataset.alert === alert)));
    ask();
  }

  async function ask() {
    const mine = ++asked, alert = chosen;
    say(fw.t("Being read …"));
    list().replaceChildren();
    list().setAttribute("aria-busy", "true");
    try {
      const told = await fw.http.get(`/api/v1/alerts/${encodeURIComponent(alert)}/contacts`);
      if (isOpen(mine)) show(told);
    } catch (error) {
      if (isOpen(mine)) failed(error, mine);
    }
  }

  /* Who was turned away because others read asks again by itself. */
  function failed(error, mine) {
    if (error.again) {
      say(fw.t("The contacts behind another alert are being read; these are next."));
      setTimeout(() => { if (isOpen(mine)) ask(); }, error.again * MS);
      return;
    }
    list().setAttribute("aria-busy", "false");
    const again = fw.dom.make("button", "action", fw.t("Try again"));
    again.type = "button";
    again.addEventListener("click", ask);
    say(error.status === 410 ? fw.t("The events behind it are {told}.", { told: error.message.replace(/\S+Z$/, (time) => fw.format.moment(time)) }) : fw.format.sentence(error.message), "watch");
    if (error.status !== 410) list().replaceChildren(again);
  }

  const list = () => document.querySelector(".contacts-groups");
  const isOpen = (mine) => mine === asked && document.getElementById("dialog").open && Boolean(list());

  function say(words, state) {
    const place = document.querySelector(".contacts-told");
    fw.dom.text(place, words);
    fw.dom.attribute(place, "data-state", state || null);
  }

  function show(told) {
    const picture = (fw.alertStrip.newest() || {}).picture;
    list().setAttribute("aria-busy", "false");
    if (!told.groups.length) { say(fw.t("This figure is not made of contacts.")); return; }
    say(words(told));
    list().replaceChildren(...told.groups.map((group) => section(group, told, picture)));
  }

  function words(told) {
    const between = told.since ? fw.t("From {since} to {until}.", { since: clock(told.since), until: clock(told.as_of) }) : fw.t("As of {time}.", { time: clock(told.as_of) });
    const held = told.held_since ? fw.t("The log holds events only from {time} on.", { time: clock(told.held_since) }) : "";
    const lost = told.unplaced ? fw.tn("Of {n} more the beginning was not found: they may be missing here.", "Of {n} more the beginning was not found: they may be missing here.", told.unplaced) : "";
    return fw.format.sentences(between, held, lost);
  }

  function section(group, told, picture) {
    const { make } = fw.dom, [title, order] = GROUPS[group.became] || [group.became, ""];
    const count = make("span", "contacts-count", String(group.count));
    const head = make("h3", "detail-caption contacts-caption", `${title} `, count);
    const made = make("section", "detail-section", head);
    made.dataset.became = group.became;
    if (!group.count) { made.append(make("p", "contacts-none", fw.t("Nobody."))); return made; }
    const more = group.count > group.contacts.length ? fw.t("{n} of {all}", { n: group.contacts.length, all: group.count }) : "";
    made.append(make("p", "contacts-order", fw.format.sentence(fw.format.comma(order, more))), table(group, told, picture, title));
    return made;
  }

  /* A column stands where any contact has something in it. */
  function table(group, told, picture, title) {
    const { make } = fw.dom, standing = STANDING.includes(group.became);
    const columns = [
      [fw.t("Contact"), (one) => one.id],
      [fw.t("Due"), (one) => (group.became === "callbacks_open" ? due(one, told) : NONE)],
      [standing ? fw.t("Waits") : fw.t("Waited"), (one) => (one.wait_s === null ? NONE : fw.alertWords.seconds(one.wait_s))],
      [fw.t("Since"), (one) => (standing && one.since ? clock(one.since) : NONE)],
      [fw.t("At"), (one) => (one.at ? clock(one.at) : NONE)],
      [fw.t("Queue"), (one) => (one.queue ? fw.alertWords.target({ dimension: "queue", name: one.queue }, picture) : NONE)],
      [fw.t("Channel"), (one) => one.channel || NONE],
      [fw.t("Agent"), (one) => one.agent || NONE],
      [fw.t("Priority"), (one) => (one.priority === null ? NONE : String(one.priority))],
      [fw.t("About"), (one) => [one.intent, one.language, one.segment].filter(Boolean).join(" · ") || NONE],
    ].filter(([, cell]) => group.contacts.some((one) => cell(one) !== NONE));
    const heads = columns.map(([name]) => {
      const cell = make("th", "", name);
      cell.scope = "col";
      return cell;
    });
    const rows = group.contacts.map((one) => row(one, columns));
    const made = make("table", "contacts-table", make("thead", "", make("tr", "", ...heads)), make("tbody", "", ...rows));
    made.setAttribute("aria-label", title);
    return made;
  }

  function row(one, columns) {
    const { make } = fw.dom;
    const cells = columns.map(([name, read], index) => {
      const cell = make(index ? "td" : "th", "", read(one));
      if (!index) cell.scope = "row";
      cell.dataset.heading = name;
      if (one.over_target && [fw.t("Due"), fw.t("Waits"), fw.t("Waited")].includes(name)) mark(cell);
      return cell;
    });
    return make("tr", "", ...cells);
  }

  /* Beyond what was promised: a mark beside the colour, and a word for who hears it. */
  function mark(cell) {
    const { make } = fw.dom, sign = make("span", "mark", "◆");
    sign.setAttribute("aria-hidden", "true");
    cell.prepend(sign, make("span", "heard", `${fw.t("over target")} `));
    cell.dataset.over = "true";
  }

  function due(one, told) {
    const left = (Date.parse(one.due) - Date.parse(told.as_of)) / MS;
    return left < 0 ? fw.t("{span} ago", { span: fw.alertWords.seconds(-left) }) : fw.t("in {span}", { span: fw.alertWords.seconds(left) });
  }

  /* To the second, and on another day with it. */
  function clock(told) {
    return fw.times.moment(Date.parse(told), fw.times.clock);
  }

  fw.contactsBehind = { open };
})();
