/* What can be done to a drill's floor, as sentences with gaps, and what was done, as sentences:
   dashboard/saying/acts.py has the same ones. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const MESSAGES = {
    none: fw.t("nothing special"), expected_wait: fw.t("how long the wait is"),
    call_later: fw.t("please call later"), self_service: fw.t("it can be done online"),
  };
  const MESSAGE_CHOICES = ["expected_wait", "call_later", "self_service", "none"].map((one) => [one, MESSAGES[one]]);
  let drawn = null;

  /* Each is a sentence of words and gaps, the button's word, and the act that the gaps make. */
  const RESPONSES = [
    { do: fw.t("I see it"), text: fw.t("I see that something is wrong: {queue}"), gaps: [gap("queue", { all: fw.t("the whole floor") })], act: (told) => ({ type: "notice", queue: told.queue || null }) },
    { do: fw.t("Move"), text: fw.t("Move {count} people from {from} to {to}"), gaps: [gap("count", { value: 2 }), gap("from"), gap("to", { second: true })], act: (told) => ({ type: "move_agents", from_queue: told.from, to_queue: told.to, count: told.count }) },
    { do: fw.t("Call in"), text: fw.t("Call {count} people who can serve {queue} back from break or lunch"), gaps: [gap("count", { value: 2 }), gap("queue")], act: (told) => ({ type: "call_in", queue: told.queue, count: told.count }) },
    { do: fw.t("Overflow"), text: fw.t("Let who waits in {queue} be served by the people of {to}"), gaps: [gap("queue"), gap("to", { second: true, all: fw.t("nobody else (close it)") })], act: (told) => ({ type: "overflow", queue: told.queue, to_queue: told.to || null }) },
    { do: fw.t("Offer"), text: fw.t("Offer a call back to who has waited in {queue} for {after}"), gaps: [gap("queue"), gap("after", { choices: [...[1, 2, 5, 10].map((n) => [String(n * 60), fw.t("{n} min", { n })]), ["", fw.t("nobody: end the offer")]] })], act: (told) => ({ type: "offer_callbacks", queue: told.queue, after_s: told.after ? Number(told.after) : null }) },
    { do: fw.t("Say"), text: fw.t("Let callers of {queue} hear {message}"), gaps: [gap("queue"), gap("message", { choices: MESSAGE_CHOICES })], act: (told) => ({ type: "announce", queue: told.queue, message: told.message }) },
  ];
  const SURPRISES = [
    { kind: "volume", word: fw.t("More contacts"), do: fw.t("Let it happen"), text: fw.t("Let {times} times the contacts of {queue} come for {minutes} min"), gaps: [gap("times", { value: 2, step: 0.5, min: 1.5 }), gap("queue", { all: fw.t("every queue") }), gap("minutes", { value: 15 })], act: (told) => ({ type: "volume", queue: told.queue || null, times: told.times, minutes: told.minutes }) },
    { kind: "leave", word: fw.t("People leave"), do: fw.t("Let it happen"), text: fw.t("Let {count} people of {queue} leave {minutes}"), gaps: [gap("count", { value: 3 }), gap("queue"), gap("minutes", { choices: [["", fw.t("for the day")], ...[15, 30].map((n) => [String(n), fw.t("for {n} min", { n })]), ["60", fw.t("for an hour")]] })], act: (told) => ({ type: "leave", queue: told.queue, count: told.count, minutes: told.minutes ? Number(told.minutes) : null }) },
    { kind: "anger", word: fw.t("Anger"), do: fw.t("Let it happen"), text: fw.t("Let customers of {queue} be angry in surveys for {minutes} min"), gaps: [gap("queue", { all: fw.t("every queue") }), gap("minutes", { value: 30 })], act: (told) => ({ type: "anger", queue: told.queue || null, minutes: told.minutes }) },
  ];
  const BY = { trainee: fw.t("trainee"), trainer: fw.t("trainer") };
  const SPOKEN = { count: fw.t("How many people"), from: fw.t("From which queue"), to: fw.t("To which queue"), queue: fw.t("Queue"), after: fw.t("After which wait"), message: fw.t("What callers hear"), times: fw.t("How many times"), minutes: fw.t("How long") };

  function gap(key, set) { return { key, ...set }; }

  function draw(state) {
    const made = state.offer ? state.offer.queues.map((queue) => queue.id).join("\n") + state.offer.answers : "";
    if (state.offer && made !== drawn) {
      drawn = made;
      const { queues, answers } = state.offer;
      fill("responses", (answers ? RESPONSES : RESPONSES.slice(0, 1)), queues, "trainee");
      if (answers && fw.training.role() === "trainer") fill("surprises", SURPRISES, queues, "trainer");
    }
    deeds(state);
  }

  function fill(name, sentences, queues, by) {
    const forms = sentences.map((one) => {
      const form = sentence(one, queues), button = fw.dom.make("button", "action", one.do);
      button.type = "submit";
      form.element.append(button);
      form.element.addEventListener("submit", async (event) => {
        event.preventDefault();
        const act = form.act();
        if (await fw.training.tell("do", { by, act })) fw.toasts.note(fw.format.sentence(words(act)));
      });
      return form.element;
    });
    fw.training.place(name).replaceChildren(...forms);
  }

  /* A form that reads as a sentence; `act` tells what its gaps say now. */
  function sentence(told, queues) {
    const fields = {};
    // Every second piece is the name of a gap, wherever the language has it.
    const parts = told.text.split(/\{(\w+)\}/).map((piece, index) => {
      if (index % 2) return (fields[piece] = field(told.gaps.find((one) => one.key === piece), queues));
      return piece.trim() ? fw.dom.make("span", "", piece.trim()) : "";
    });
    const element = fw.dom.make("form", "sentence-form", ...parts);
    const values = () => Object.fromEntries(Object.entries(fields).map(([key, input]) => [key, input.type === "number" ? Number(input.value) : input.value]));
    return { element, act: () => told.act(values()) };
  }

  function field(part, queues) {
    const isQueue = ["queue", "from", "to"].includes(part.key);
    const input = fw.dom.make(isQueue || part.choices ? "select" : "input", "field");
    input.setAttribute("aria-label", SPOKEN[part.key]);
    input.name = part.key;
    if (isQueue) {
      if (part.all && !part.second) input.append(new Option(part.all, ""));
      queues.forEach((queue) => input.append(new Option(queue.name, queue.id)));
      if (part.all && part.second) input.append(new Option(part.all, ""));
      if (part.second && queues.length > 1) input.selectedIndex = 1;
    } else if (part.choices) {
      part.choices.forEach(([value, word]) => input.append(new Option(word, value)));
    } else {
      Object.assign(input, { type: "number", min: part.min || 1, max: part.key === "times" ? 20 : 480, step: part.step || 1, value: part.value, required: true });
    }
    return input;
  }

  function name(queue) {
    const state = fw.training.state(), offered = state && state.offer ? state.offer.queues : [];
    const found = offered.find((one) => one.id === queue);
    return found ? found.name : queue;
  }

  const span = (minutes) => (minutes === null || minutes === undefined ? fw.t("for the day") : fw.t("for {n} min", { n: fw.format.number(minutes) }));
  const named = (act) => ({ queue: act.queue ? name(act.queue) : fw.t("every queue"), span: span(act.minutes) });

  const WORDS = {
    notice: (act) => (act.queue ? fw.t("Seen: something is wrong in {queue}", named(act)) : fw.t("Seen: something is wrong on the floor")),
    move_agents: (act) => fw.tn("{n} person moved from {from} to {to}", "{n} people moved from {from} to {to}", act.count, { from: name(act.from_queue), to: name(act.to_queue) }),
    call_in: (act) => fw.tn("{n} person called in for {queue}", "{n} people called in for {queue}", act.count, named(act)),
    overflow: (act) => (act.to_queue ? fw.t("Overflow opened from {from} to {to}", { from: name(act.queue), to: name(act.to_queue) }) : fw.t("Overflow of {queue} closed", named(act))),
    offer_callbacks: (act) => (act.after_s === null ? fw.t("No more calls back offered in {queue}", named(act)) : fw.t("Calls back offered in {queue} after {wait}", { queue: name(act.queue), wait: fw.format.span(act.after_s) })),
    announce: (act) => fw.t("Callers of {queue} hear {message}", { queue: name(act.queue), message: MESSAGES[act.message] }),
    volume: (act) => fw.t("{times} times the contacts of {queue} {span}", { times: fw.format.number(act.times), ...named(act) }),
    leave: (act) => fw.tn("{n} person of {queue} leave {span}", "{n} people of {queue} leave {span}", act.count, named(act)),
    anger: (act) => fw.t("Customers of {queue} are angry {span}", named(act)),
  };

  /* What was done, in words. */
  const words = (act) => WORDS[act.type](act);

  function deeds(state) {
    const list = fw.dom.make("ol", "deeds", ...state.deeds.slice().reverse().map((deed) => {
      const row = fw.dom.make("li", "deed", fw.dom.make("span", "deed-time", fw.freshness.clock(Date.parse(deed.at))), fw.dom.make("span", "deed-by", BY[deed.by]), fw.dom.make("span", "", words(deed.act)));
      row.dataset.by = deed.by;
      return row;
    }));
    fw.training.place("deeds").replaceChildren(list);
  }

  fw.trainingActs = { draw, sentence, words, SURPRISES };
})();
