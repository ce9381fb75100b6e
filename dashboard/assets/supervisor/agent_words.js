/* Agents' states and strain in words, each with a shape of its own; neither is ever as grave as a queue in
   trouble. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const STATES = {
    available: ["●", "free", () => fw.t("Free")], busy: ["◐", "busy", () => fw.t("On contact")],
    wrap_up: ["■", "wrap-up", () => fw.t("Wrap-up")], away: ["▬", "away", () => fw.t("Away")],
    offline: ["○", "offline", () => fw.t("Offline")],
  };
  // Those that docs/events.md names; a floor may tell others, which are its own words.
  const REASONS = {
    break: () => fw.t("break"), lunch: () => fw.t("lunch"), training: () => fw.t("in training"), coaching: () => fw.t("coaching"),
    meeting: () => fw.t("meeting"), decompression: () => fw.t("decompression"),
  };
  const STRAIN = {
    calm: ["●", "on_target", () => fw.t("Calm")], busy: ["◇", "load", () => fw.t("Under load")],
    strained: ["◆", "watch", () => fw.t("Needs a break")],
  };
  const CONTACTS = {
    in_conversation: () => fw.t("in conversation"), on_hold: () => fw.t("on hold"), wrapping: () => fw.t("wrapping up"),
    waiting: () => fw.t("waiting"), promised: () => fw.t("promised"), unanswered: () => fw.t("unanswered"),
  };

  const found = (words, name) => (name && Object.hasOwn(words, name) ? words[name] : null);

  /* A code as words: renewal_form is «renewal form». */
  const spoken = (code) => code.replaceAll("_", " ");

  const reasoned = (code) => { const told = found(REASONS, code); return told ? told() : spoken(code); };

  /* { mark, tone, word } of an agent's state; unknown states by their own name. */
  function state(name, reason) {
    const told = found(STATES, name);
    if (!name) return { mark: "–", tone: "none", word: fw.t("Not told") };
    const word = told ? told[2]() : name;
    return { mark: told ? told[0] : "·", tone: told ? told[1] : "none", word: reason ? `${word} · ${reasoned(reason)}` : word };
  }

  function strain(told) {
    const known = found(STRAIN, told && told.level);
    const why = told && told.whys ? fw.format.semicolon(told.whys.map((one) => fw.said(one.said, one.text))) : "";
    return known ? { mark: known[0], tone: known[1], word: known[2](), why } : { mark: "", tone: "none", word: "–", why };
  }

  const contact = (name) => { const told = found(CONTACTS, name); return told ? told() : name || ""; };

  /* From the freest to who is not there. */
  const rank = (name) => { const at = Object.keys(STATES).indexOf(name); return at < 0 ? Object.keys(STATES).length : at; };

  fw.agentWords = { state, strain, contact, rank, spoken };
})();
