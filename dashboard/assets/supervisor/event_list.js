/* What happens in a queue, the newest above: as it happens, by the stream of its events; of the past, what
   had happened by the instant that is shown, asked for again as that is played. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const KEPT_MAX = 60, AGAIN_MS = 3000, THEN_MS = 2000, TIME_LENGTH = 8;
  const WORDS = {
    "contact.queued": () => fw.t("began to wait"), "contact.offered": () => fw.t("offered to an agent"), "contact.answered": () => fw.t("answered"),
    "contact.abandoned": () => fw.t("left before an answer"), "contact.diverted": () => fw.t("taken out of the queue"), "contact.declined": () => fw.t("not taken by the agent"),
    "contact.held": () => fw.t("put on hold"), "contact.resumed": () => fw.t("taken off hold"), "contact.transferred": () => fw.t("passed on"),
    "contact.ended": () => fw.t("ended"), "contact.wrapped": () => fw.t("wrap-up done"), "message.received": () => fw.t("customer wrote"),
    "message.sent": () => fw.t("reply sent"), "callback.promised": () => fw.t("call promised"), "callback.attempted": () => fw.t("called back"),
    "survey.sent": () => fw.t("asked how it was"), "survey.answered": () => fw.t("said how it was"), "recognition.given": () => fw.t("thanks given"), "bot.escalated": () => fw.t("passed on by the bot"),
  };
  // What docs/events.md has for these; anything else is told as it came.
  const CODES = {
    reason: { no_answer: () => fw.t("rang out"), rejected: () => fw.t("turned down") },
    kind: { attended: () => fw.t("announced first"), blind: () => fw.t("not announced") },
    by: { agent: () => fw.t("by the agent"), customer: () => fw.t("by the customer"), system: () => fw.t("by the system"), peer: () => fw.t("by a colleague"), supervisor: () => fw.t("by a supervisor") },
    to: { bot: () => fw.t("to the bot"), callback: () => fw.t("to a callback"), closed: () => fw.t("out of hours"), overflow: () => fw.t("to the overflow"), voicemail: () => fw.t("to voicemail") },
  };
  const GRAVE = ["contact.abandoned", "contact.declined"];

  function make() {
    const list = fw.dom.make("ol", "event-list"), told = fw.dom.make("p", "beside-none", fw.t("Being read …"));
    list.tabIndex = 0;
    fw.dom.attribute(list, "aria-label", fw.t("What happens in this queue, the newest first"));
    return { element: fw.dom.make("div", "events-beside", told, list), list, told, source: null, timer: 0, last: 0, shown: "", stop: () => {} };
  }

  function follow(place, queue) {
    place.queue = queue;
    if (fw.past.on()) ofThen(place);
    else ofNow(place);
  }

  /* A browser keeps few connections to one dashboard for all its tabs: a hidden one lets go of this. */
  function ofNow(place) {
    const looked = () => { if (document.hidden) close(place); else if (!place.source) connect(place); };
    document.addEventListener("visibilitychange", looked);
    connect(place);
    place.stop = () => {
      document.removeEventListener("visibilitychange", looked);
      close(place);
    };
  }

  function ofThen(place) {
    place.stop = fw.polling.start(`/api/v1/queues/${encodeURIComponent(place.queue)}/events`, THEN_MS, (told) => {
      const shown = JSON.stringify(told.events);
      place.told.hidden = told.events.length > 0;
      fw.dom.text(place.told, told.all_read ? fw.t("Nothing had happened here yet.") : fw.t("Being read …"));
      if (shown === place.shown) return;
      place.shown = shown;
      place.list.replaceChildren(...told.events.map(line).reverse());
    }, (error) => {
      place.shown = "";
      place.list.replaceChildren();
      place.told.hidden = false;
      fw.dom.text(place.told, fw.t("The events are not told: {why}.", { why: error.message }));
    });
  }

  function connect(place) {
    close(place);
    const source = place.source = new EventSource(`/api/v1/events?${new URLSearchParams({ queue: place.queue })}`);
    source.addEventListener("event", (event) => add(place, JSON.parse(event.data), event.lastEventId));
    source.addEventListener("open", () => { if (!place.list.children.length) fw.dom.text(place.told, fw.t("Nothing has happened here yet.")); });
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) return;
      place.told.hidden = false;
      fw.dom.text(place.told, fw.t("The events are not told just now."));
      place.timer = setTimeout(() => connect(place), AGAIN_MS);
    });
  }

  function close(place) {
    clearTimeout(place.timer);
    if (place.source) place.source.close();
    place.source = null;
  }

  /* Numbers rise from event to event: what is told again after a connection was cut is known. */
  function add(place, one, number) {
    if (Number(number) <= place.last) return;
    place.last = Number(number);
    place.told.hidden = true;
    const row = line(one);
    // What came late stands where it was, as in the past.
    place.list.insertBefore(row, [...place.list.children].find((each) => each.dataset.at <= row.dataset.at) || null);
    while (place.list.children.length > KEPT_MAX) place.list.lastElementChild.remove();
  }

  /* Each part whole: an agent's name is not broken at its hyphen. */
  const whom = (...parts) => parts.filter(Boolean).flatMap((part, index) => [...(index ? [" · "] : []), fw.dom.make("span", "event-part", part)]);

  const known = (field, code) => (Object.hasOwn(CODES[field], code) ? CODES[field][code]() : null);
  const coded = (field, one) => (one[field] ? known(field, one[field]) || one[field] : "");

  function whither(one) {
    const name = one.to || one.to_queue || one.to_agent;
    return name ? (one.to && known("to", one.to)) || fw.t("to {name}", { name }) : "";
  }

  function line(one) {
    const { make } = fw.dom, what = words(one.type) || one.type;
    const more = [coded("reason", one), coded("kind", one), coded("by", one), whither(one),
      one.due ? fw.t("due {time}", { time: fw.contactRows.clock(Date.parse(one.due)) }) : "", one.reached === false ? fw.t("not reached") : ""].filter(Boolean).join(" · ");
    const at = fw.contactRows.clock(Date.parse(one.time)), row = make("li", "event-row", make("span", "event-at", at), make("span", "event-what", what),
      make("span", "event-who", ...whom(one.contact, one.agent, more)));
    row.dataset.at = one.time;
    // Of another day it is told with that, and stands on one line all the same.
    if (at.length > TIME_LENGTH) row.dataset.dated = "";
    if (GRAVE.includes(one.type)) row.dataset.state = "watch";
    return row;
  }

  /* A type of event in words; null where it has none here. */
  const words = (type) => (Object.hasOwn(WORDS, type) ? WORDS[type]() : null);

  fw.eventList = { make, follow, words };
})();
