/* The report of a shift: it is asked of the API, which reads the log meanwhile and says how far it is.
   Which shift it is stands in the address. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  // What a page's style calls its root, which in a place of its own is its host.
  const ROOTS = /(^|[\s,}])(?::root|html|body)(?=[\s{,])/gm;
  const HOUR_MS = 3600000, MINUTE_MS = 60000, LOOK_MS = 500, AGAIN_MS = 2000, TRIES = 60, MISREAD_MAX = 60;
  const fields = {};
  let asked = 0, ready = false, choosing = false, offered = null;

  const place = (name) => document.getElementById(`shift-${name}`);

  function draw(frame) {
    start();
    if (!frame) return window.dash_clientside.no_update;
    document.documentElement.dataset.floor = "drawn";
    if (frame.picture) {
      const title = `${fw.t("Report")} · ${frame.picture.title}`;
      fw.dom.text(document.getElementById("title"), title);
      document.title = title;
      fw.alertStrip.show();
      if (!ready) begin();
    }
    fw.freshness.tick();
    return frame.seq;
  }

  function start() {
    if (fields.day) return;
    const { make } = fw.dom;
    [["day", "date", fw.t("Day")], ["begin", "time", fw.t("From")], ["end", "time", fw.t("To")]].forEach(([name, type, label]) => {
      const input = make("input", "field");
      input.type = type;
      input.required = true;
      input.name = name;
      fields[name] = input;
      place("fields").append(make("label", "labelled", make("span", "", label), input));
    });
    const read = make("button", "action is-main", fw.t("Read the report"));
    read.type = "button";
    read.addEventListener("click", read_chosen);
    place("fields").append(read);
    document.querySelectorAll("[data-shift]").forEach((one) => one.addEventListener("click", () => {
      fields.begin.value = one.dataset.begin;
      fields.end.value = one.dataset.end;
      read_chosen();
    }));
    fw.address.listen(["from", "to"], () => { if (!choosing && fill()) show(false); });
  }

  /* Once the floor's time is known: the shift in the address, or the last eight hours to choose from. */
  function begin() {
    ready = true;
    if (fill()) { show(false); return; }
    misread();
    const hour = Math.floor(fw.freshness.floorNow() / HOUR_MS) * HOUR_MS;
    put(hour - 8 * HOUR_MS, hour);
    // A floor that is younger than that has no shift so long.
    const shown = chosen();
    first().then((since) => { if (since > hour - 8 * HOUR_MS && chosen() === shown) put(since, Math.max(hour, lastMinute())); });
  }

  const chosen = () => ["day", "begin", "end"].map((name) => fields[name].value).join(" ");
  const lastMinute = () => Math.floor(fw.freshness.floorNow() / MINUTE_MS) * MINUTE_MS;

  /* The first whole minute that the log holds; null where that is not known. */
  async function first() {
    const held = await fw.http.get("/api/v1/past").catch(() => null);
    return held && held.since ? Math.ceil(Date.parse(held.since) / MINUTE_MS) * MINUTE_MS : null;
  }

  /* A shift that was over before the log began: since when it can be had, and the way to it. */
  async function tooEarly(mine) {
    const since = await first(), to = Date.parse(fw.address.get("to"));
    if (mine !== asked || since === null || to > since) return false;
    const time = fw.times.dated(since);
    say(fw.t("No report: what the log holds begins at {time}.", { time }), true);
    const there = fw.dom.make("button", "action", fw.t("Read from {time}", { time }));
    there.type = "button";
    there.addEventListener("click", () => { put(since, lastMinute()); read_chosen(); });
    place("told").append(" ", there);
    return true;
  }

  function put(from, to) {
    [fields.day.value, fields.begin.value] = fw.times.written(from).slice(0, 16).split("T");
    fields.end.value = fw.times.written(to).slice(11, 16);
  }

  /* What the address has for a shift, and is none. */
  function misread() {
    const told = ["from", "to"].map((name) => fw.address.get(name)), wrong = told.find((text) => text !== null && Number.isNaN(Date.parse(text)));
    if (wrong !== undefined) say(fw.t("«{text}» is no time such as {example}: choose a shift here.", { text: wrong.slice(0, MISREAD_MAX), example: fw.past.EXAMPLE }), true);
    else if (told.some((text) => text !== null)) say(fw.t("The address tells one end of a shift alone: choose both here."), true);
  }

  function fill() {
    const [from, to] = ["from", "to"].map((name) => Date.parse(fw.address.get(name) || ""));
    if (Number.isNaN(from) || Number.isNaN(to)) return false;
    put(from, to);
    return true;
  }

  /* What is chosen by hand is read anew, and once: the address tells of it, too. */
  function read_chosen() {
    choosing = true;
    const chosen = choose();
    choosing = false;
    if (chosen) show(true);
  }

  /* Put the fields into the address, and say whether they are a shift. One that ends no later than it
     begins ends on the next day. */
  function choose() {
    if (!fields.day.value || !fields.begin.value || !fields.end.value) { say(fw.t("Choose a day and two times."), true); return false; }
    const day = fields.day.value, next = new Date(Date.parse(`${day}T00:00Z`) + 86400000).toISOString().slice(0, 10);
    const last = fields.end.value > fields.begin.value ? day : next;
    const [from, to] = [`${day}T${fields.begin.value}`, `${last}T${fields.end.value}`].map((text) => rfc(fw.times.at(text)));
    fw.address.set({ from, to }, { step: true });
    return true;
  }

  const rfc = (instant) => new Date(instant).toISOString().replace(/\.000Z$/, "Z");

  function address(format, anew) {
    const query = new URLSearchParams({ from: fw.address.get("from"), to: fw.address.get("to"), format });
    if (anew) query.set("anew", "true");
    return `/api/v1/report?${query}`;
  }

  /* Have it read, and say how far that is. */
  async function show(anew, tries = TRIES) {
    if (fw.address.get("from") === null) return;
    const mine = (asked += 1);
    place("report").hidden = true;
    if (offered) offered();
    offered = null;
    say(fw.t("Reading the events of the shift, and of twelve hours before it."));
    progress(0);
    const looking = setInterval(() => look(mine), LOOK_MS);
    try {
      const answer = await fetch(address("html", anew), { cache: "no-store" });
      if (mine !== asked) return;
      if (answer.status === 503 && answer.headers.get("Retry-After") && tries) {
        say(fw.t("Another report is being read; this one is next."));
        setTimeout(() => { if (mine === asked) show(anew, tries - 1); }, AGAIN_MS);
        return;
      }
      if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).detail || fw.t("the dashboard answered {status}", { status: answer.status }));
      const page = await answer.text();
      // Another may have been asked for while this one's text came.
      if (mine !== asked) return;
      put_page(page);
      say("");
    } catch (error) {
      if (!(await tooEarly(mine)) && mine === asked) say(fw.t("No report: {reason}.", { reason: error.message }), true);
    } finally {
      clearInterval(looking);
      if (mine === asked) progress(null);
    }
  }

  async function look(mine) {
    const query = address("html", false).split("?")[1];
    const told = await fw.http.get(`/api/v1/report/state?${query}`).catch(() => null);
    if (mine === asked && told && told.state === "reading") progress(told.done);
  }

  function progress(share) {
    const bar = place("progress");
    bar.hidden = share === null;
    if (share === null) return;
    fw.dom.part(bar, "done").style.width = `${Math.round(share * 100)}%`;
    fw.dom.attribute(bar, "aria-valuenow", String(Math.round(share * 100)));
  }

  /* A page of its own, that no style of this one reaches, and that runs nothing. */
  function put_page(text) {
    const { make } = fw.dom, page = make("iframe");
    page.title = fw.t("The report");
    page.setAttribute("sandbox", "allow-same-origin");
    page.srcdoc = text;
    place("page").replaceChildren(page);
    place("links").replaceChildren(link(fw.t("Open as a page"), address("html")), link(fw.t("PDF"), address("pdf")), sheet());
    offered = fw.takeAway.offer("shift", () => fw.t("The report"), () => ({ href: sheetAddress() }));
    place("report").hidden = false;
  }

  /* A frame is no part of the paper's pages: what stands in it is printed from a place of its own, with its
     own style alone, and runs nothing there either. */
  function onPaper() {
    const page = place("page") && place("page").querySelector("iframe"), inside = page && page.contentDocument;
    if (!inside || !inside.body) return;
    const paper = fw.dom.make("div", "shift-paper"), root = paper.attachShadow({ mode: "open" }), style = fw.dom.make("style");
    style.textContent = Array.from(inside.querySelectorAll("style"), (one) => one.textContent).join("\n").replace(ROOTS, "$1:host");
    const told = document.importNode(inside.body, true);
    told.querySelectorAll("*").forEach((one) => Array.from(one.attributes).filter(({ name }) => name.startsWith("on")).forEach(({ name }) => one.removeAttribute(name)));
    root.append(style, ...told.childNodes);
    place("page").append(paper);
  }

  addEventListener("beforeprint", onPaper);
  addEventListener("afterprint", () => document.querySelectorAll(".shift-paper").forEach((one) => one.remove()));

  function link(words, href) {
    const made = fw.dom.make("a", "", words);
    made.href = href;
    made.target = "_blank";
    made.rel = "noopener";
    return made;
  }

  /* For spreadsheets, with the mark by which Excel knows UTF-8 where it is wanted by then. */
  const sheetAddress = () => `${address("csv")}&${new URLSearchParams({ bom: fw.csv.marked() })}`;

  function sheet() {
    const made = fw.dom.make("a", "", fw.t("CSV"));
    made.href = sheetAddress();
    // An answer that is none does not take the screen's place.
    made.download = "";
    made.setAttribute("aria-label", fw.t("CSV of {table}", { table: fw.t("The report") }));
    made.addEventListener("click", () => { made.href = sheetAddress(); });
    return made;
  }

  function say(words, bad) {
    fw.dom.text(place("told"), words);
    fw.dom.attribute(place("told"), "data-tone", bad ? "bad" : null);
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, { report: { draw, switched: () => fw.view.switched() } });
})();
