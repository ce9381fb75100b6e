/* The one dialog: some fields, and what to do with them. It stays open, and says why, where that
   goes wrong. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  // What was written and not saved, by what it was for: leaving the dialog loses none of it.
  const drafts = new Map();
  // Each opening has a number: what a press in an earlier one set going does nothing to this one.
  let save = null, ready = false, kept = null, opening = 0, saving = false;

  const place = (name) => document.getElementById(name ? `dialog-${name}` : "dialog");

  function prepare() {
    if (ready) return;
    ready = true;
    place("cancel").addEventListener("click", () => place().close());
    place("save").addEventListener("click", () => submit());
    place().addEventListener("keydown", (event) => {
      const sends = event.ctrlKey || event.metaKey || !event.target.matches("textarea, button");
      if (event.key === "Enter" && save && sends) { event.preventDefault(); submit(); }
    });
    place().addEventListener("close", () => { begin(); if (kept) keep(); });
  }

  function begin() {
    opening += 1;
    saving = place("save").disabled = false;
  }

  function keep() {
    const written = Array.from(place("fields").querySelectorAll("textarea"), (one) => one.value).join("");
    if (written.trim()) drafts.set(kept, written);
    else drafts.delete(kept);
  }

  /* What is written in its long field is kept under `draft`, where there is one.
     Fields are { key, label, type, choices, long, max, value, required, shownWith }. */
  function open(title, asked, done, draft) {
    prepare();
    begin();
    fw.dom.attribute(place(), "data-wide", null);
    save = done;
    kept = draft || null;
    fw.dom.text(place("title"), title);
    place("problem").hidden = true;
    place("fields").replaceChildren(...asked.map(field));
    place("save").hidden = false;
    fw.dom.text(place("cancel"), fw.t("Cancel"));
    asked.filter((one) => one.shownWith).forEach(follow);
    const long = kept && place("fields").querySelector("textarea");
    if (long) long.value = drafts.get(kept) || long.value;
    place().showModal();
    const first = place("fields").querySelector("input:checked, input, textarea");
    if (first) first.focus();
    // What stands there is a suggestion: typing replaces it, but not what somebody wrote before.
    if (first && first.select && first !== long) first.select();
  }

  /* Something to read, and a button to leave it. */
  function tell(title, ...children) {
    prepare();
    begin();
    fw.dom.attribute(place(), "data-wide", null);
    save = kept = null;
    fw.dom.text(place("title"), title);
    place("problem").hidden = true;
    place("fields").replaceChildren(...children);
    place("save").hidden = true;
    fw.dom.text(place("cancel"), fw.t("Close"));
    place().showModal();
  }

  function field(told) {
    const { make } = fw.dom;
    if (told.choices) {
      const chosen = told.value === undefined || !told.choices.some(([value]) => value === told.value) ? told.choices[0][0] : told.value;
      const options = told.choices.map(([value, words]) => {
        const radio = make("input");
        Object.assign(radio, { type: "radio", name: told.key, value, checked: value === chosen });
        return make("label", "choice", radio, words);
      });
      const made = make("fieldset", "choices", make("legend", "", told.label), ...options);
      made.dataset.field = told.key;
      return made;
    }
    const input = make(told.long ? "textarea" : "input", "field");
    if (!told.long) input.type = told.type || "text";
    Object.assign(input, { name: told.key, value: told.value || "", required: Boolean(told.required) });
    if (told.max) input.maxLength = told.max;
    const made = make("label", "labelled", make("span", "", told.label), input);
    made.dataset.field = told.key;
    return made;
  }

  /* A field that is there only beside one choice of another. */
  function follow(told) {
    const [other, value] = told.shownWith, mine = place("fields").querySelector(`[data-field="${told.key}"]`);
    const look = () => { mine.hidden = read(other) !== value; };
    place("fields").querySelectorAll(`[name="${other}"]`).forEach((radio) => radio.addEventListener("change", look));
    look();
  }

  function read(key) {
    const inputs = Array.from(place("fields").querySelectorAll(`[name="${key}"]`));
    const input = inputs.find((one) => one.type !== "radio" || one.checked);
    return input ? input.value : "";
  }

  async function submit() {
    if (saving) return;
    const inputs = Array.from(place("fields").querySelectorAll("[name]"));
    const empty = inputs.find((one) => one.required && !one.value.trim());
    if (empty) { empty.focus(); problem(fw.t("This is needed.")); return; }
    const given = Object.fromEntries(inputs.map((one) => [one.name, read(one.name)]));
    const mine = opening, draft = kept;
    saving = place("save").disabled = true;
    try {
      await save(given);
      drafts.delete(draft);
      if (mine !== opening) return;
      kept = null;
      place().close();
    } catch (error) {
      if (mine === opening) problem(fw.format.sentence(error.message));
      else fw.toasts.note(fw.format.sentence(error.message));
    } finally {
      if (mine === opening) saving = place("save").disabled = false;
    }
  }

  function problem(words) {
    place("problem").hidden = false;
    fw.dom.text(place("problem"), words);
  }

  fw.dialog = { open, tell };
})();
