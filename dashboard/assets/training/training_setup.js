/* Setting a drill up: what is drilled, when and how fast, and which surprises are to come. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const SPEEDS = [1, 2, 5, 10];
  let offers = null, asking = false, planned = [], shown = null;

  async function draw(state) {
    if (!["idle", "over"].includes(state.phase) || asking) return;
    if (!offers) {
      asking = true;
      try { offers = (await fw.http.get("/api/v1/training/offers")).offers; } catch (error) { fw.toasts.note(fw.format.sentence(error.message), "watch"); }
      asking = false;
      if (offers) build(state);
    }
  }

  function build(state) {
    const { make } = fw.dom, place = fw.training.place("setup");
    const chosen = make("select", "field");
    chosen.id = "training-offer";
    offers.forEach((offer) => chosen.append(new Option(offer.title, offer.name)));
    if (state.plan && offers.some((offer) => offer.name === state.plan.offer)) chosen.value = state.plan.offer;
    chosen.addEventListener("change", choose);
    const form = make("form", "setup-form",
      labelled(fw.t("What is drilled"), chosen),
      make("div", "setup-about"),
      make("div", "setup-fields",
        labelled(fw.t("Begins at, by the scenario's clock"), input("begins", { type: "time", required: true })),
        labelled(fw.t("Minutes"), input("minutes", { type: "number", min: 1, max: 480, value: 60, required: true })),
        labelled(fw.t("Times the clock's pace"), select("speed", SPEEDS.map((one) => [String(one), `${one}×`]))),
        labelled(fw.t("Seed: the same number, the same day"), input("seed", { type: "number", min: 0, max: 2147483647, value: 1, required: true })),
        labelled(fw.t("Who is trained"), input("trainee", { maxLength: 80, placeholder: fw.t("a name, or nothing") }))),
      make("div", "setup-planned"));
    const begin = make("button", "action is-main", fw.t("Start the drill"));
    begin.type = "submit";
    const way = make("a", "action", fw.t("The trainee's screen"));
    Object.assign(way, { href: "/training?as=trainee", target: "_blank", rel: "noopener" });
    form.append(make("div", "dialog-buttons", way, begin));
    form.addEventListener("submit", (event) => { event.preventDefault(); fw.training.tell("start", plan(form)); });
    place.replaceChildren(form);
    choose();
  }

  const offer = () => offers.find((one) => one.name === document.getElementById("training-offer").value);

  function choose() {
    const told = offer(), { make } = fw.dom;
    if (!told) return;
    const more = [[fw.t("What to notice"), told.notice], [fw.t("What would help"), told.helps]].filter(([, lines]) => lines.length);
    const about = [make("p", "", told.about)];
    if (more.length) {
      const hidden = make("details", "", make("summary", "", fw.t("For the trainer's eyes: what to notice, and what would help")));
      more.forEach(([caption, lines]) => hidden.append(make("p", "setup-caption", caption), make("ul", "", ...lines.map((line) => make("li", "", line)))));
      about.push(hidden);
    }
    document.querySelector(".setup-about").replaceChildren(...about);
    if (shown !== told.name) {
      shown = told.name;
      planned = [];
      named("begins").value = told.begins || "10:00";
      named("minutes").value = told.minutes;
    }
    surprises();
  }

  /* The surprises that are to come by themselves: each with its minute, and a way to take it back. */
  function surprises() {
    const told = offer(), { make } = fw.dom, place = document.querySelector(".setup-planned");
    if (!told.answers) { place.replaceChildren(); return; }
    const rows = planned.map((one, index) => {
      const away = button(fw.t("Remove"), () => { planned.splice(index, 1); surprises(); });
      const minute = make("input", "field");
      Object.assign(minute, { type: "number", min: 0, max: 479, value: one.minute, required: true });
      minute.setAttribute("aria-label", fw.t("In which minute"));
      minute.addEventListener("change", () => { one.minute = Number(minute.value); });
      return make("div", "planned", make("span", "", fw.t("In minute")), minute, one.form.element, away);
    });
    const add = make("div", "planned-add", make("span", "setup-caption", fw.t("Surprises that come by themselves")), ...fw.trainingActs.SURPRISES.map((kind) => button(`+ ${kind.word}`, () => {
      planned.push({ minute: 5, form: asPart(fw.trainingActs.sentence(kind, told.queues)) });
      surprises();
    })));
    place.replaceChildren(add, ...rows);
  }

  /* A form may not stand in a form: what is a sentence by itself is a part of this one. */
  function asPart(form) {
    const part = fw.dom.make("span", "sentence-form", ...form.element.childNodes);
    part.querySelectorAll("[name]").forEach((field) => field.removeAttribute("name"));
    return { element: part, act: form.act };
  }

  function plan(form) {
    const value = (name) => form.elements[name].value;
    return {
      offer: value("offer") || offer().name,
      begins: value("begins"), minutes: Number(value("minutes")), speed: Number(value("speed")), seed: Number(value("seed")),
      trainee: value("trainee").trim() || null,
      surprises: planned.map((one) => ({ minute: one.minute, surprise: one.form.act() })),
    };
  }

  const named = (name) => document.querySelector(`.setup-form [name="${name}"]`);

  function input(name, set) {
    return Object.assign(fw.dom.make("input", "field"), { name, ...set });
  }

  function select(name, choices) {
    const made = Object.assign(fw.dom.make("select", "field"), { name });
    choices.forEach(([value, word]) => made.append(new Option(word, value)));
    return made;
  }

  function labelled(words, field) {
    if (field.id === "training-offer") field.name = "offer";
    return fw.dom.make("label", "labelled", fw.dom.make("span", "", words), field);
  }

  function button(words, act) {
    const made = fw.dom.make("button", "action", words);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  }

  fw.trainingSetup = { draw };
})();
