/* What is done about the chosen incident. Everything goes to the evaluator by way of the log, so that
   all screens agree: it shows here when the evaluator has taken it up. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const NAME_MAX = 80, NOTE_MAX = 2000, QUARTER_S = 900, HOUR_S = 3600;

  function name() {
    try { return localStorage.getItem("floorwatch.name") || ""; } catch (e) { return fw.dialog.name || ""; }
  }

  function rename(to) {
    fw.dialog.name = to;
    try { localStorage.setItem("floorwatch.name", to); } catch (e) { /* no storage here */ }
    showWho();
  }

  function showWho() {
    const who = document.getElementById("who");
    fw.dom.text(who, name() ? fw.t("You: {name}", { name: name() }) : fw.t("Your name"));
    fw.dom.attribute(who, "aria-label", name() ? fw.t("You act as {name}. Press to change", { name: name() }) : fw.t("Say who you are"));
  }

  function start() {
    document.querySelectorAll("[data-action]").forEach((button) => button.addEventListener("click", () => act(button.dataset.action)));
    document.getElementById("who").addEventListener("click", askName);
    showWho();
  }

  /* What each button does to this incident. */
  function show(told) {
    const over = told.state === "resolved", label = (action, words) => fw.dom.text(fw.dom.part(document.getElementById(`do-${action}`), "label"), words);
    label("acknowledge", told.acknowledged ? fw.t("Give back") : fw.t("Acknowledge"));
    label("snooze", fw.alertWords.silenced(told) ? fw.t("Wake") : fw.t("Snooze"));
    ["acknowledge", "snooze", "assign"].forEach((action) => { document.getElementById(`do-${action}`).disabled = over || fw.past.on(); });
    ["note", "judge"].forEach((action) => { document.getElementById(`do-${action}`).disabled = fw.past.on(); });
  }

  function act(action) {
    const told = fw.centre.incident();
    if (!told || document.getElementById(`do-${action}`).disabled) return;
    DO[action](told);
  }

  const DO = {
    contacts: (told) => fw.contactsBehind.open(told),
    acknowledge: (told) => (name() ? send(told, "acknowledge", { undo: Boolean(told.acknowledged) }) : fields(fw.t("Acknowledge"), [], () => send(told, "acknowledge", { undo: Boolean(told.acknowledged) }))),
    snooze: (told) => (fw.alertWords.silenced(told) ? fields(fw.t("Wake"), [], () => send(told, "snooze", { until: null })) : fields(fw.t("Snooze"), [
      { key: "for", label: fw.t("Silent for"), choices: [["900", fw.t("15 minutes")], ["3600", fw.t("1 hour")], ["until", fw.t("until …")]] },
      { key: "until", label: fw.t("Until"), type: "time", shownWith: ["for", "until"], value: fw.times.minute(Date.now() + 2 * HOUR_S * 1000) },
    ], (given) => send(told, "snooze", given.for === "until" ? { until: new Date(fw.times.upcoming(given.until)).toISOString() } : { for_s: Number(given.for) || QUARTER_S }))),
    assign: (told) => fields(fw.t("Assign"), [{ key: "to", label: fw.t("To whom; empty for nobody"), max: NAME_MAX, value: told.assigned_to || name() }], (given) => send(told, "assign", { to: given.to.trim() || null })),
    note: (told) => fields(fw.t("Note"), [{ key: "text", label: fw.t("For the history"), long: true, max: NOTE_MAX, required: true }], (given) => send(told, "note", { text: given.text }), `note ${told.id}`),
    judge: (told) => fields(fw.t("Was it true?"), [{ key: "true", label: fw.t("Was there something to it? The rules' records count it."), choices: [["true", fw.t("Yes, it was true")], ["false", fw.t("No, it was false")], ["null", fw.t("Not known")]], value: String(told.true) }], (given) => send(told, "judge", { true: JSON.parse(given.true) })),
  };

  /* The dialog, with a field for the name in front where nobody has said it yet. */
  function fields(title, asked, done, draft) {
    const who = name() ? [] : [{ key: "by", label: fw.t("Your name"), max: NAME_MAX, required: true }];
    if (!who.length && !asked.length) { report(done({})); return; }
    fw.dialog.open(title, [...who, ...asked], (given) => {
      if (given.by) rename(given.by.trim());
      return done(given);
    }, draft);
  }

  function askName() {
    fw.dialog.open(fw.t("Your name"), [{ key: "by", label: fw.t("It stands in the history beside what you do"), max: NAME_MAX, required: true, value: name() }], async (given) => rename(given.by.trim()));
  }

  const WORDS = { acknowledge: fw.t("Acknowledged"), snooze: fw.t("Snoozed"), assign: fw.t("Assigned"), note: fw.t("Note kept"), judge: fw.t("Judged") };

  function send(told, action, body) {
    const path = `/api/v1/alerts/${encodeURIComponent(told.id)}/${action}`;
    const sent = fw.http.post(path, { by: name(), ...body }).then(() => {
      const word = body.undo ? fw.t("Given back") : body.until === null ? fw.t("Woken") : WORDS[action];
      if (fw.alertStrip.watched()) fw.toasts.note(word);
      else fw.toasts.note(fw.t("{word}: it counts when the evaluator is back", { word }), "watch");
    });
    // Sent from a key or a button there is no dialog to say what went wrong.
    if (!document.getElementById("dialog").open) report(sent);
    return sent;
  }

  function report(sent) {
    if (sent) sent.catch((error) => fw.toasts.note(fw.format.sentence(error.message), "watch"));
  }

  fw.incidentActions = { start, show, act, name, ask: (done) => (name() ? done() : fields(fw.t("Your name"), [], async () => done())) };
})();
