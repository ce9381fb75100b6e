/* The alert centre by keyboard: one letter each, never while something is being written. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const KEYS = [
    ["j", fw.t("Next incident"), () => fw.centre.move(1)],
    ["k", fw.t("Incident before"), () => fw.centre.move(-1)],
    ["c", fw.t("The contacts behind it"), () => act("contacts")],
    ["a", fw.t("Acknowledge, or give back"), () => act("acknowledge")],
    ["s", fw.t("Snooze, or wake"), () => act("snooze")],
    ["g", fw.t("Assign"), () => act("assign")],
    ["n", fw.t("Note"), () => act("note")],
    ["t", fw.t("Was it true?"), () => act("judge")],
    ["1", fw.t("What fires now"), () => fw.centre.open("now")],
    ["2", fw.t("History"), () => fw.centre.open("history")],
    ["3", fw.t("Rules"), () => fw.centre.open("rules")],
    ["?", fw.t("These keys"), help],
  ];

  const act = (action) => { if (fw.centre.tab() !== "rules") fw.incidentActions.act(action); };

  function start() {
    document.getElementById("keys").addEventListener("click", help);
    document.addEventListener("keydown", pressed);
  }

  function pressed(event) {
    if (!fw.keys.free(event)) return;
    if (event.target.matches('[role="tab"]') && ["ArrowRight", "ArrowLeft"].includes(event.key)) {
      event.preventDefault();
      fw.centre.turn(event.key === "ArrowRight" ? 1 : -1);
      return;
    }
    const found = KEYS.find(([key]) => key === event.key);
    if (!found) return;
    // The letter is not to be typed into the field that it opens.
    event.preventDefault();
    found[2]();
  }

  function help() {
    const { make } = fw.dom;
    const rows = KEYS.map(([key, words]) => make("div", "key", make("dt", "", make("kbd", "", key)), make("dd", "", words)));
    fw.dialog.tell(fw.t("Keys"), make("dl", "keys", ...rows));
  }

  fw.alertKeys = { start };
})();
