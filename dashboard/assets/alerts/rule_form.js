/* The form of one rule: a field for each plain value that its text has, those that matter most first,
   and one for each of the common keys that it has not. The rest is written in the text. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const WORDS = {
    name: fw.t("Name"), kind: fw.t("Kind"), enabled: fw.t("In force"), severity: fw.t("Severity"), metric: fw.t("Figure"), window: fw.t("Window"),
    above: fw.t("Above"), below: fw.t("Below"), clear: fw.t("Clear again at"), target: fw.t("Target, a share"), burn: fw.t("Burns so many times too fast"), clear_burn: fw.t("Clear again at a burn of"),
    long: fw.t("Long window"), short: fw.t("Short window"), ratio: fw.t("Times the usual arrivals"), limit: fw.t("How sure, in nats"), excess: fw.t("Contacts beyond the usual"),
    missing: fw.t("Contacts short of the usual"), of: fw.t("Promises of"), ahead: fw.t("Looks ahead"), over_targets: fw.t("Times the target"), clear_targets: fw.t("Clear again at times the target"),
    over: fw.t("Longer than"), more_than: fw.t("More than"), at_least: fw.t("Contacts that are evidence"), for: fw.t("Must hold for"), clear_after: fw.t("Must be clear for"),
    "scope.queue": fw.t("Queues"), "scope.channel": fw.t("Channels"), "scope.team": fw.t("Teams"), "scope.agent": fw.t("Agents"), "scope.floor": fw.t("The whole floor"),
    message: fw.t("Message"), owner: fw.t("Owner"), quiet_hours: fw.t("Quiet hours"), reason: fw.t("Reason for its numbers"),
  };
  const FIRST = Object.keys(WORDS);
  const WINDOWS = ["5m", "15m", "30m", "60m", "240m"];
  const CHOICES = { severity: ["page", "notice", "ticket"], enabled: ["true", "false"], window: WINDOWS, long: WINDOWS, short: WINDOWS, of: ["callbacks", "replies"] };
  // What the text says in its own words is offered in the reader's.
  const CALLED = {
    severity: (value) => fw.alertWords.kind({ severity: value }).word,
    enabled: (value) => (value === "true" ? fw.t("yes") : fw.t("no")),
    of: (value) => (value === "callbacks" ? fw.t("calls back") : fw.t("replies")),
    window: (value) => fw.format.window(value),
  };
  CALLED.long = CALLED.short = CALLED.window;
  // What every kind of rule may have: offered also where the text is silent.
  const COMMON = ["severity", "for", "clear_after", "message", "owner"];
  let drawn = "", onChange = null;

  function draw(rule, changed) {
    const place = document.getElementById("rule-form");
    onChange = changed;
    const fields = rule ? sorted(fieldsOf(rule)) : [];
    const next = rule ? `${rule.name}\n${fields.map((one) => one.path).join("\n")}` : "";
    if (next !== drawn || !place.firstChild) {
      drawn = next;
      place.replaceChildren(...(rule ? [fw.dom.make("p", "rule-name", rule.name), ...fields.map(make)] : [fw.dom.make("p", "table-none", fw.t("The text has no rule yet."))]));
    }
    fields.forEach((one) => fill(place, one));
  }

  const fieldsOf = (rule) => [...rule.fields, ...missing(rule)];

  /* The rule's field of that path, where it is in the text by now; null where there is none. */
  const fieldOf = (rule, path) => (rule && fieldsOf(rule).find((one) => one.path === path)) || null;

  /* Common keys that the rule has not, as fields without a value. */
  function missing(rule) {
    if (rule.add_at === null) return [];
    return COMMON.filter((key) => !rule.keys.includes(key)).map((path) => ({ path, value: "", add: { at: rule.add_at, then: rule.then } }));
  }

  function sorted(fields) {
    const rank = (field) => (FIRST.includes(field.path) ? FIRST.indexOf(field.path) : FIRST.length);
    return fields.map((field, index) => [field, index]).sort(([a, i], [b, j]) => rank(a) - rank(b) || i - j).map(([field]) => field);
  }

  function make(field) {
    const { make: tag } = fw.dom, choices = CHOICES[field.path];
    const input = tag(choices ? "select" : "input", "field");
    if (!choices) input.placeholder = fw.t("not set");
    if (choices) [...new Set([field.value, ...choices])].forEach((value) => input.append(new Option(called(field.path, value), value)));
    input.addEventListener("change", () => onChange(input.field, input.value));
    const made = tag("label", "labelled", tag("span", "", WORDS[field.path] || fw.alertWords.title(field.path.replaceAll(".", " "))), input);
    made.dataset.path = field.path;
    return made;
  }

  const called = (path, value) => (!value ? fw.t("not set") : CHOICES[path].includes(value) ? CALLED[path](value) : value);

  function fill(place, field) {
    const made = Array.from(place.children).find((one) => one.dataset.path === field.path);
    if (!made) return;
    const input = made.lastElementChild;
    input.field = field;
    // Not under the fingers of who is writing it.
    if (document.activeElement !== input && input.value !== field.value) input.value = field.value;
  }

  /* A value as YAML, in quotes where what it replaces was, or where YAML would read it otherwise; its
     double quotes are JSON's. */
  function written(value, before) {
    const isNumber = /^-?\d+(\.\d+)?$/.test(value), isPlain = /^[\p{L}\p{N}_]([\p{L}\p{N}_ .%/+*-]*[\p{L}\p{N}_.%])?$/u.test(value);
    return (isNumber || isPlain) && !/^["']/.test(before) ? value : JSON.stringify(value);
  }

  fw.ruleForm = { draw, fieldOf, written };
})();
