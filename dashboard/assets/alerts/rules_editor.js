/* Rules: each one's record, and the text that is in force, which is changed here and saved whole.
   While it is written it is checked, and each problem stands at its line. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const CHECK_MS = 400;
  // Who sets rules that no person set.
  const SETTERS = { file: fw.t("from the file given at the start"), floorwatch: fw.t("those that ship") };
  // One change of a field waits for the one before it: each moves the places of the others.
  let changing = Promise.resolve();
  let told = null, base = null, chosen = null, checked = { problems: [], rules: [] }, read = "", asked = 0, timer = null, ready = false, sought = null;

  const place = (name) => document.getElementById(`rules-${name}`);
  const text = () => place("text").value;
  const changed = () => base !== null && text() !== base;

  function open() {
    prepare();
    refresh();
  }

  function prepare() {
    if (ready) return;
    ready = true;
    place("text").addEventListener("input", edited);
    addEventListener("beforeunload", (event) => { if (changed()) event.preventDefault(); });
    place("text").addEventListener("scroll", gutterFollows);
    place("text").addEventListener("click", chooseByLine);
    place("undo").addEventListener("click", () => { put(told.text || ""); base = told.text || ""; say(""); });
    place("try").addEventListener("click", tryOut);
    place("save").addEventListener("click", () => fw.incidentActions.ask(save));
  }

  /* What is in force may have changed elsewhere; what is being written here is left alone. */
  async function refresh() {
    try {
      told = await fw.http.get("/api/v1/alerts/rules");
    } catch (error) {
      say(fw.format.sentence(error.message), "watch");
      return;
    }
    if (base === null || !changed()) {
      base = told.text || "";
      if (text() !== base || !checked.rules.length) put(base);
    } else if (base !== told.text) {
      say(fw.t("{name} has set other rules meanwhile; saving these takes their place.", { name: told.by }), "watch");
    }
    show();
  }

  function put(next) {
    place("text").value = next;
    edited();
  }

  function edited() {
    show();
    clearTimeout(timer);
    timer = setTimeout(check, CHECK_MS);
  }

  /* False where it could not be checked. What was written meanwhile has a check of its own. */
  async function check() {
    const mine = (asked += 1), tried = text();
    let answer;
    try {
      answer = await fw.http.post("/api/v1/alerts/rules/check", { text: tried });
    } catch (error) {
      if (mine === asked) say(fw.format.sentence(error.message), "watch");
      return false;
    }
    if (mine === asked && tried === text()) {
      checked = answer;
      read = tried;
      show();
    }
    return true;
  }

  function show() {
    const lines = text().split("\n").length, bad = new Set(checked.problems.map((one) => one.line));
    drawGutter(lines, bad);
    const wanted = sought && checked.rules.find((one) => one.name === sought);
    if (wanted) { sought = null; jump(wanted.line, false); }
    place("problems").replaceChildren(...checked.problems.map(problem));
    fw.dom.attribute(place("text"), "aria-invalid", checked.problems.length ? "true" : null);
    place("undo").disabled = !changed();
    place("save").disabled = !changed() || checked.problems.length > 0;
    place("try").disabled = !told || !told.can_backtest || checked.problems.length > 0;
    place("try").title = told && !told.can_backtest ? fw.t("This dashboard cannot try rules on the past") : "";
    if (told) fw.dom.text(place("by"), told.by ? fw.format.comma(fw.t("in force since {time}", { time: fw.format.moment(told.at) }), SETTERS[told.by] || fw.t("set by {name}", { name: told.by })) : fw.t("no rules are in force yet"));
    drawTable();
    fw.ruleForm.draw(checked.rules.find((rule) => rule.name === chosen) || checked.rules[0] || null, change);
  }

  /* A rule that is only written yet has no record; one that has a record may be written no more. */
  function drawTable() {
    const records = told ? told.records : {}, names = [...new Set([...checked.rules.map((rule) => rule.name), ...Object.keys(records)])];
    const number = (value) => (value === undefined ? "–" : fw.format.plain(fw.format.count(value)));
    fw.table.draw("rules-table", names.map((name) => {
      const one = records[name] || {};
      const lead = fw.format.given(one.lead_median_s) ? fw.format.span(one.lead_median_s) : "–";
      return { key: name, state: null, cells: { name: fw.alertWords.rule(name), fired: number(one.fired), true: number(one.true), false: number(one.false), lead } };
    }));
    document.querySelectorAll("#rules-table tbody tr").forEach(selectable);
  }

  function selectable(row) {
    const name = row.dataset.key, shown = chosen || (checked.rules[0] || {}).name;
    fw.dom.attribute(row, "aria-current", name === shown ? "true" : null);
    if (row.tabIndex === 0) return;
    row.tabIndex = 0;
    const choose = () => { chosen = name; const rule = checked.rules.find((one) => one.name === name); if (rule) jump(rule.line, false); show(); };
    row.addEventListener("click", choose);
    row.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(); } });
  }

  function problem({ line, detail }) {
    const { make } = fw.dom;
    if (line === null) return make("li", "", detail);
    const way = make("button", "problem-line", fw.t("line {n}", { n: line }));
    way.type = "button";
    way.addEventListener("click", () => jump(line, true));
    return make("li", "", way, ` ${detail}`);
  }

  function drawGutter(lines, bad) {
    const gutter = place("gutter"), { make } = fw.dom;
    const numbers = gutter.firstElementChild || gutter.appendChild(make("div", "gutter-lines"));
    while (numbers.children.length > lines) numbers.lastElementChild.remove();
    while (numbers.children.length < lines) numbers.append(make("span", "", String(numbers.children.length + 1)));
    Array.from(numbers.children).forEach((one, index) => one.classList.toggle("is-bad", bad.has(index + 1)));
    gutterFollows();
  }

  function gutterFollows() {
    const numbers = place("gutter").firstElementChild;
    if (numbers) numbers.style.transform = `translateY(${-place("text").scrollTop}px)`;
  }

  function jump(line, focus) {
    const area = place("text"), lines = area.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    if (focus) area.focus();
    area.setSelectionRange(start, start + (lines[line - 1] || "").length);
    area.scrollTop = Math.max(0, (line - 4) * parseFloat(getComputedStyle(area).lineHeight));
  }

  /* The form shows the rule in which the cursor stands. */
  function chooseByLine() {
    const line = text().slice(0, place("text").selectionStart).split("\n").length;
    const rule = [...checked.rules].reverse().find((one) => one.line <= line);
    if (!rule || rule.name === chosen) return;
    chosen = rule.name;
    show();
  }

  /* A form's field puts its value into its place in the text, or its key where there was none;
     nothing else of it moves. Where its place is depends on the text as it was checked last. */
  function change(field, value) {
    changing = changing.then(() => putField(field, value)).catch((error) => say(fw.format.sentence(error.message), "watch"));
  }

  async function putField(field, value) {
    const rule = chosen || (checked.rules[0] || {}).name;
    while (read !== text()) {
      clearTimeout(timer);
      if (!await check()) return;
      field = fw.ruleForm.fieldOf(checked.rules.find((one) => one.name === rule), field.path);
      if (!field) return;
    }
    const letters = Array.from(text());
    const { start, end } = field.add ? { start: field.add.at, end: field.add.at } : field;
    const written = fw.ruleForm.written(value, letters.slice(start, end).join(""));
    if (field.add && !value) return;
    const put_ = field.add ? `${field.path}: ${written}${field.add.then}` : written;
    place("text").value = [...letters.slice(0, start), put_, ...letters.slice(end)].join("");
    if (field.path === "name") chosen = value;
    show();
    clearTimeout(timer);
    check();
  }

  async function tryOut() {
    place("try").disabled = true;
    place("firings").replaceChildren();
    say(fw.t("Being tried on the past …"));
    try {
      const tested = await fw.http.post("/api/v1/alerts/backtest", { text: text() });
      say(wouldHave(tested));
      place("firings").replaceChildren(...[...tested.firings].reverse().map(firing));
    } catch (error) {
      say(fw.format.sentence(error.message), "watch");
    }
    show();
  }

  function wouldHave({ since, until, by_rule, firings }) {
    const span = fw.format.span((Date.parse(until) - Date.parse(since)) / 1000);
    const each = Object.entries(by_rule).sort((a, b) => b[1] - a[1]).map(([rule, count]) => `${rule} ${count}`);
    return firings.length
      ? fw.tn("In the last {span} these rules would have fired once: {each}.", "In the last {span} these rules would have fired {n} times: {each}.", firings.length, { span, each: fw.format.comma(...each) })
      : fw.t("In the last {span} these rules would not have fired.", { span });
  }

  /* One firing of a back-test: when, what, for how long. */
  function firing(told) {
    const { make } = fw.dom, picture = (fw.alertStrip.newest() || {}).picture;
    const lasted = told.resolved_at === null ? fw.t("fires still") : fw.t("for {span}", { span: fw.format.span((Date.parse(told.resolved_at) - Date.parse(told.fired_at)) / 1000) });
    const where = fw.alertWords.target(told.target, picture), kind = fw.alertWords.kind(told);
    const mark = make("span", "mark", kind.mark);
    mark.setAttribute("aria-hidden", "true");
    const line = make("li", "firing", mark, make("span", "firing-at", fw.format.moment(told.fired_at)), make("span", "firing-rule", fw.alertWords.rule(told.rule)), make("span", "firing-what", told.message || where), make("span", "firing-for", lasted));
    line.dataset.state = kind.state;
    return line;
  }

  /* The rule of an alert, shown in the form and, once the text is read, in the text. */
  function choose(name) {
    chosen = sought = name;
    if (ready) show();
  }

  async function save() {
    place("save").disabled = true;
    try {
      await fw.http.put("/api/v1/alerts/rules", { by: fw.incidentActions.name(), text: text() });
      base = text();
      say(fw.alertStrip.watched() ? fw.t("Saved: in force with the evaluator's next look.") : fw.t("Saved: in force when the evaluator is back."));
    } catch (error) {
      if (error.told && error.told.problems) checked.problems = error.told.problems;
      say(fw.format.sentence(error.message), "watch");
    }
    show();
  }

  function say(words, state) {
    fw.dom.text(place("told"), words);
    fw.dom.attribute(place("told"), "data-state", state || null);
  }

  fw.rulesEditor = { open, refresh, choose };
})();
