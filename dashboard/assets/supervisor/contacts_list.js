/* The contacts behind a number, in a dialog: what stands so now is asked for again and again, what
   was in the window once. Contacts go by the pseudonyms of their events. Which they are stands in the
   address, so that a link shows them; it is no step of its own, since closing them is not one either. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const EVERY_MS = 2000, MOST = 200, WINDOW = "30m", MS = 1000, MINUTE_MS = 60000;
  const WINDOWS = ["5m", "15m", "30m", "60m", "240m", "today"], MINUTE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:00(\.0+)?Z$/;
  const PRESENT = ["waiting", "waiting_over_target", "in_conversation", "on_hold", "wrapping", "callbacks_open", "callbacks_overdue", "conversations_unanswered"];
  // What customers gave marks for, beside how content they were.
  const scored = (key, label) => ({ [`${key}_n`]: () => fw.t("{name}, answers", { name: label() }), [`${key}_top`]: () => fw.t("{name}, 4 and 5", { name: label() }) });
  const NAMES = {
    waiting: () => fw.t("Waiting"), waiting_over_target: () => fw.t("Over target"), in_conversation: () => fw.t("In conversation"),
    on_hold: () => fw.t("On hold"), wrapping: () => fw.t("Wrap-up"), callbacks_open: () => fw.t("Promised a call"), callbacks_overdue: () => fw.t("Promise broken"),
    conversations_unanswered: () => fw.t("Unanswered"), offered: () => fw.t("Offered"), answered: () => fw.t("Answered"), answered_waited: () => fw.t("Answered out of the queue"),
    answered_in_target: () => fw.t("Answered in target"), abandoned: () => fw.t("Abandoned"), short_abandoned: () => fw.t("Left at once"),
    diverted: () => fw.t("Diverted"), handled: () => fw.t("Handled"), transferred_out: () => fw.t("Passed on"), declined: () => fw.t("Not taken"),
    csat_n: () => fw.t("Asked and answered"), csat_top: () => fw.t("Content, 4 and 5"), callbacks_due: () => fw.t("Promises due"), callbacks_kept: () => fw.t("Promises kept"),
    resolved_n: () => fw.t("{name}, answers", { name: fw.t("Resolved") }), resolved_yes: () => fw.t("{name}, yes", { name: fw.t("Resolved") }),
    ...scored("trust", () => fw.t("Trust")), ...scored("ease", () => fw.t("Ease")), ...scored("effectiveness", () => fw.t("Effectiveness")),
    ...scored("emotion", () => fw.t("Emotion")), ...scored("manner", () => fw.t("Manner")),
  };
  // In the address: the counts to choose from, the one that is shown first, and whose and of when they are.
  const WHOSE = ["queue", "channel", "agent"], WHICH = [...WHOSE, "window", "minute", "as_of"], IN_ADDRESS = ["behind", ...WHICH.map((which) => `of_${which}`)];
  let asked = null, chosen = null, stop = null, table = null, run = 0, newest = null, opened = 0;

  const name = (of) => (Object.hasOwn(NAMES, of) ? NAMES[of]() : of);

  /* { title: that of whose they are unless given, of: the counts to choose from, the first of which is shown, queue,
     channel, agent }, and of counts the window where it is not the screens' usual one, or the minute that begins
     then; `as_of` is of when the number is that was pressed, where that is not the frame's. */
  function open(told) {
    display(told);
    fw.address.set({ behind: told.of.join(","), ...Object.fromEntries(WHICH.map((which) => [`of_${which}`, told[which] || null])) });
  }

  /* What the address asks for; null where it asks for none. */
  function wanted() {
    const of = (fw.address.get("behind") || "").split(",").filter((each) => Object.hasOwn(NAMES, each));
    if (!of.length) return null;
    const whose = Object.fromEntries(WHICH.map((each) => [each, fw.address.get(`of_${each}`)]));
    // Those of another time than the link is about are none of its.
    if ((whose.window && !WINDOWS.includes(whose.window)) || (whose.minute && !(MINUTE.test(whose.minute) && Date.parse(whose.minute))) || (whose.as_of && !Date.parse(whose.as_of))) return null;
    return { ...whose, of };
  }

  function titleOf(whose) {
    const picture = (fw.alertStrip.newest() || {}).picture, queue = whose.queue && picture && picture.labels[whose.queue];
    return queue ? queue.name : whose.agent || whose.queue || (whose.channel ? fw.channels.name(whose.channel) : picture ? picture.title : "");
  }

  const same = (one, other) => Boolean(one) && Boolean(other) && WHICH.every((which) => (one[which] || null) === (other[which] || null)) && [...one.of].sort().join() === [...other.of].sort().join();

  /* By a link, or the way back to where they were open. */
  function followed() {
    const next = wanted(), dialog = document.getElementById("dialog");
    if (same(next, asked)) return;
    if (next) display(next);
    else if (asked && dialog.open) dialog.close();
  }

  function display(told) {
    const { make } = fw.dom;
    if (asked) document.getElementById("dialog").close();
    asked = { ...told, title: told.title || titleOf(told) };
    const mine = opened += 1;
    const status = make("p", "contacts-told"), list = make("div", "contacts-groups contacts-list");
    status.setAttribute("role", "status");
    list.tabIndex = 0;
    list.setAttribute("role", "region");
    list.setAttribute("aria-label", fw.t("Contacts"));
    fw.dialog.tell(fw.t("Contacts: {name}", { name: named() }), ...(told.of.length > 1 ? [choices(told.of)] : []), make("div", "contacts-line", status, csv()), list);
    const dialog = document.getElementById("dialog");
    dialog.dataset.wide = "true";
    // The word that the one before was closed may come when this one is open.
    const closed = () => {
      if (dialog.open && mine === opened) return;
      dialog.removeEventListener("close", closed);
      if (mine === opened) end();
    };
    dialog.addEventListener("close", closed);
    list.focus();
    choose(told.of[0]);
  }

  function end() {
    halt();
    asked = null;
    fw.address.set(Object.fromEntries(IN_ADDRESS.map((each) => [each, null])));
  }

  function halt() {
    run += 1;
    if (stop) stop();
    stop = null;
  }

  /* What is listed, as a file. */
  function csv() {
    const button = fw.dom.make("button", "switch contacts-csv", fw.t("CSV"));
    button.type = "button";
    button.setAttribute("aria-label", fw.t("CSV of {table}", { table: fw.t("Contacts") }));
    button.addEventListener("click", () => { const { columns, rows } = fw.contactRows.taken(newest); fw.csv.save(`${named()} ${name(chosen)}`, columns, rows); });
    button.hidden = true;
    return button;
  }

  const give = (told) => {
    newest = told;
    const none = !told || !told.contacts.length;
    document.querySelector(".contacts-csv").hidden = none;
    fw.dom.attribute(list(), "data-none", none ? "true" : null);
  };

  function choices(all) {
    const { make } = fw.dom;
    const made = make("div", "contacts-alerts", ...all.map((of) => {
      const button = make("button", "action", name(of));
      button.type = "button";
      button.dataset.of = of;
      button.addEventListener("click", () => choose(of));
      return button;
    }));
    made.setAttribute("role", "group");
    made.setAttribute("aria-label", fw.t("Which contacts"));
    return made;
  }

  const list = () => document.querySelector(".contacts-list");

  function choose(of) {
    halt();
    chosen = of;
    if (fw.address.get("behind") !== null) fw.address.set({ behind: [of, ...asked.of.filter((each) => each !== of)].join(",") });
    table = fw.contactRows.make(name(of), [...(asked.queue ? ["queue"] : []), ...(asked.agent ? ["agent"] : []), ...(PRESENT.includes(of) ? [] : ["since"])]);
    document.querySelectorAll(".contacts-alerts [data-of]").forEach((button) => fw.dom.attribute(button, "aria-pressed", String(button.dataset.of === of)));
    list().replaceChildren();
    list().setAttribute("aria-busy", "true");
    give(null);
    say(fw.t("Being read …"));
    if (PRESENT.includes(of)) stop = fw.polling.start(path(of), EVERY_MS, show, failed);
    else once(of, run);
  }

  function path(of) {
    const { queue, channel, agent } = asked, told = new URLSearchParams({ of, most: String(MOST) });
    Object.entries({ queue, channel, agent, ...(PRESENT.includes(of) ? {} : within()) }).forEach(([key, value]) => { if (value) told.set(key, value); });
    return `/api/v1/contacts?${told}`;
  }

  /* As of the frame on the screen, so that it is the number that was pressed; a minute ends with its last
     instant, and as long as it lasts with the frame, too. */
  function within() {
    const picture = (fw.alertStrip.newest() || {}).picture, now = picture && picture.figures.as_of, { minute } = asked;
    if (!minute) return { window: asked.window || WINDOW, as_of: asked.as_of || now };
    const lasts = now && Date.parse(now) < Date.parse(minute) + MINUTE_MS;
    return { since: minute, as_of: lasts ? now : minute.replace(/:00(\.0+)?Z$/, ":59.999999Z") };
  }

  /* Who was turned away because others read asks again by itself. */
  async function once(of, mine) {
    try {
      const told = await fw.http.get(path(of));
      if (mine === run) show(told);
    } catch (error) {
      fw.http.heard(error);
      if (mine !== run) return;
      if (error.again) setTimeout(() => { if (mine === run) once(of, mine); }, error.again * MS);
      else failed(error);
    }
  }

  function show(told) {
    if (!list()) return;
    list().setAttribute("aria-busy", "false");
    if (table.element.parentElement !== list()) list().replaceChildren(table.element);
    fw.contactRows.draw(table, told.contacts);
    table.element.hidden = !told.contacts.length;
    heading(told);
    give(told);
    say(words(told));
  }

  /* Which number these are behind, in the words that stand beside it. */
  function heading(told) {
    const what = name(chosen), number = `${fw.format.plain(fw.format.count(told.total))} ${what.charAt(0).toLocaleLowerCase(fw.locale)}${what.slice(1)}`;
    fw.dom.text(document.getElementById("dialog-title"), fw.t("Contacts behind {number} — {name}", { number, name: named() }));
  }

  const minuteOf = () => fw.times.moment(Date.parse(asked.minute));
  const named = () => (asked.minute ? fw.format.comma(asked.title, minuteOf()) : asked.title);

  function words(told) {
    const at = fw.contactRows.clock(Date.parse(told.as_of)), total = fw.format.plain(fw.format.count(told.total)), present = PRESENT.includes(chosen);
    if (!told.total) return present ? fw.t("Nobody at {time}.", { time: at }) : nobody(at);
    const who = present ? fw.t("{total} at {time}, the oldest first.", { total, time: at }) : many(total, at);
    return fw.format.sentences(who, told.more ? fw.t("These are {n} of them.", { n: told.contacts.length }) : "", ...holes(told));
  }

  const spanned = () => ({ window: fw.format.window(asked.window || WINDOW), isDay: asked.window === "today" });

  function nobody(time) {
    const { window, isDay } = spanned();
    if (asked.minute) return fw.t("Nobody in the minute of {time}.", { time: minuteOf() });
    return isDay ? fw.t("Nobody today up to {time}.", { time }) : fw.t("Nobody in the {window} up to {time}.", { window, time });
  }

  function many(total, time) {
    const { window, isDay } = spanned();
    if (asked.minute) return fw.t("{total} in the minute of {time}.", { total, time: minuteOf() });
    return isDay ? fw.t("{total} today up to {time}.", { total, time }) : fw.t("{total} in the {window} up to {time}.", { total, window, time });
  }

  /* What the log does not tell of them. */
  function holes(told) {
    return [
      told.held_since ? fw.t("The log holds events only from {time} on.", { time: fw.format.moment(told.held_since) }) : "",
      told.unplaced ? fw.tn("Of one more the beginning was not found: it may be missing here.", "Of {n} more the beginning was not found: they may be missing here.", told.unplaced) : "",
    ];
  }

  function failed(error) {
    if (!list()) return;
    list().setAttribute("aria-busy", "false");
    table.element.hidden = true;
    give(null);
    say(fw.format.sentence(error.message), "watch");
  }

  function say(text, state) {
    const place = document.querySelector(".contacts-told");
    fw.dom.text(place, text);
    fw.dom.attribute(place, "data-state", state || null);
  }

  /* A link to them: once there is a floor to ask about. */
  function begin() {
    if (!document.getElementById("dialog") || !(fw.alertStrip.newest() || {}).picture) return;
    fw.freshness.unfollow(begin);
    fw.address.listen(IN_ADDRESS, followed);
    followed();
  }

  document.addEventListener("DOMContentLoaded", () => fw.freshness.follow(begin));
  fw.contactsList = { open, WINDOWS };
})();
