/* The list of incidents: one button each, which keeps its place on the page while it is there. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const filter = { text: "", severity: "any", judged: "any" };
  const NAMES = ["severity", "judged"];
  const JUDGED = { true: true, false: false, "not judged": null };

  function start(changed) {
    const text = fw.dom.make("input", "field");
    text.type = "search";
    text.id = "filter-text";
    text.placeholder = fw.t("Title, queue, rule or name");
    text.setAttribute("aria-label", fw.t("Filter by title, queue, rule or name"));
    document.getElementById("filter-place").append(text);
    text.addEventListener("input", () => fw.address.set({ find: text.value.trim() || null }));
    NAMES.forEach((name) => {
      const place = document.getElementById(`filter-${name}`);
      place.addEventListener("change", () => fw.address.set({ [name]: place.value === "any" ? null : place.value }));
    });
    fw.address.listen(["find", ...NAMES], () => { read(text); changed(); });
    read(text);
  }

  /* What is filtered by, from the address to the fields. */
  function read(text) {
    filter.text = (fw.address.get("find") || "").trim().toLowerCase();
    if (text.value.trim().toLowerCase() !== filter.text) text.value = fw.address.get("find") || "";
    NAMES.forEach((name) => {
      const place = document.getElementById(`filter-${name}`), allowed = Array.from(place.options, (one) => one.value);
      place.value = filter[name] = fw.address.get(name, allowed) || "any";
    });
  }

  function matches(told) {
    if (filter.severity !== "any" && told.severity !== filter.severity) return false;
    if (filter.judged !== "any" && told.true !== JUDGED[filter.judged]) return false;
    if (!filter.text) return true;
    const words = [fw.alertWords.titleOf(told), told.assigned_to, ...told.alerts.flatMap((one) => [one.rule, fw.alertWords.rule(one.rule), one.target.name, one.message]), ...told.history.map((one) => one.by)];
    return words.some((word) => word && word.toLowerCase().includes(filter.text));
  }

  function draw(incidents, chosen, picture) {
    const list = document.getElementById("incidents-list");
    const known = new Map(Array.from(list.children, (item) => [item.dataset.incident, item]));
    incidents.forEach((told, index) => {
      const item = known.get(told.id) || make(told.id);
      known.delete(told.id);
      if (list.children[index] !== item) list.insertBefore(item, list.children[index] || null);
      fill(item, told, told.id === chosen, picture);
    });
    known.forEach((item) => item.remove());
  }

  function make(id) {
    const { make: tag } = fw.dom, piece = (name, className) => {
      const made = tag("span", className || "");
      made.dataset.part = name;
      return made;
    };
    const mark = piece("mark", "mark");
    mark.setAttribute("aria-hidden", "true");
    const head = tag("span", "card-head", mark, piece("word", "card-word"), piece("state", "card-state"), piece("since", "card-since"));
    const button = tag("button", "card", head, piece("title", "card-title"), piece("targets", "card-targets"), piece("owner", "card-owner"));
    button.type = "button";
    button.addEventListener("click", () => fw.centre.choose(id));
    const item = tag("li", "", button);
    item.dataset.incident = id;
    return item;
  }

  function fill(item, told, isChosen, picture) {
    const { text, part, attribute } = fw.dom, kind = fw.alertWords.kind(told), button = item.firstElementChild;
    const over = told.state === "resolved";
    attribute(button, "data-state", over ? "over" : kind.state);
    attribute(button, "aria-current", isChosen ? "true" : null);
    attribute(button, "data-taken", String(over || !fw.alertWords.calling(told)));
    text(part(item, "mark"), over ? "●" : kind.mark);
    text(part(item, "word"), kind.word);
    text(part(item, "state"), fw.alertWords.STATES[told.state] || "");
    text(part(item, "since"), when(told, over));
    text(part(item, "title"), fw.alertWords.titleOf(told));
    text(part(item, "targets"), targets(told, picture));
    text(part(item, "owner"), over ? judged(told) : fw.alertWords.owner(told) || fw.t("nobody has it"));
  }

  function when(told, over) {
    if (!over) return (told.state === "firing" ? fw.alertWords.since(told.since) : fw.alertWords.lasts(told)) || "";
    // Of one that came back, the last time: it was over in between.
    const lasted = (Date.parse(told.resolved_at) - Date.parse(told.since)) / 1000;
    return fw.t("{time}, for {span}", { time: fw.format.moment(told.since), span: fw.format.span(lasted) });
  }

  const judged = (told) => (told.true === null ? fw.t("not judged") : told.true ? fw.t("it was true") : fw.t("it was false"));

  function targets(told, picture) {
    const names = [...new Set(told.alerts.map((one) => fw.alertWords.target(one.target, picture)))];
    return names.length > 3 ? fw.tn("{names} and {n} more", "{names} and {n} more", names.length - 2, { names: fw.format.comma(...names.slice(0, 2)) }) : fw.format.comma(...names);
  }

  function focus(id) {
    const item = Array.from(document.getElementById("incidents-list").children).find((one) => one.dataset.incident === id);
    if (!item) return;
    item.firstElementChild.focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest" });
  }

  fw.incidentList = { start, draw, focus, matches, judged };
})();
