/* Messages that did not reach their receivers: what, to whom, why, and a way to send them again. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const SHOWN_MAX = 5;
  const OCCASIONS = {
    joined: fw.t("more of it"), worse: fw.t("worse"), still: fw.t("still firing"), escalated: fw.t("nobody acknowledged it"), resolved: fw.t("all clear"),
  };
  let drawn = "";

  function draw(told) {
    const next = JSON.stringify(told);
    if (next === drawn) return;
    drawn = next;
    const more = told.length > SHOWN_MAX ? [fw.dom.make("li", "undelivered-why", fw.tn("and {n} more", "and {n} more", told.length - SHOWN_MAX))] : [];
    document.getElementById("undelivered").replaceChildren(...told.slice(0, SHOWN_MAX).map(one), ...more);
  }

  function one(told) {
    const { make } = fw.dom, again = make("button", "action", fw.t("Try again"));
    again.type = "button";
    again.addEventListener("click", () => fw.incidentActions.ask(() => retry(told, again)));
    const occasion = OCCASIONS[told.occasion] ? ` (${OCCASIONS[told.occasion]})` : "";
    const state = told.given_up ? fw.tn("given up after {n} tries", "given up after {n} tries", told.tries)
      : told.tries ? fw.tn("tried once, goes on", "tried {n} times, goes on", told.tries) : fw.t("being tried again");
    const why = [told.failure, state, told.tried_at ? fw.t("last at {time}", { time: fw.format.moment(told.tried_at) }) : ""].filter(Boolean).join(" · ");
    const item = make("li", "undelivered-one", make("span", "undelivered-what", fw.t("Not delivered to {receiver}: {title}", { receiver: told.receiver, title: fw.alertWords.titleOf(told) + occasion })), make("span", "undelivered-why", why), again);
    item.dataset.message = told.id;
    return item;
  }

  async function retry(told, button) {
    button.disabled = true;
    try {
      await fw.http.post(`/api/v1/alerts/${encodeURIComponent(told.incident)}/retry`, { by: fw.incidentActions.name(), message: told.id });
      fw.toasts.note(fw.alertStrip.watched() ? fw.t("Being tried again") : fw.t("Tried again when the evaluator is back"));
    } catch (error) {
      fw.toasts.note(fw.format.sentence(error.message), "watch");
      button.disabled = false;
    }
  }

  fw.undelivered = { draw };
})();
