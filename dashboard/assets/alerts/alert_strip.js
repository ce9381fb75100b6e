/* What calls on every screen: the gravest incident in a line, the count in the tab and its sign, and
   that nobody watches where nobody does. On a calm floor none of it is there. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const SIGN_PX = 64;
  let frame = null, board = null, came = null, known = null, sign = "", icon = null;

  function heard(told) {
    frame = told;
    came = { steady: performance.now(), wall: Date.now() };
    // What was is no news; what opened while it was looked at is some on the way back.
    if (!told.past) {
      if (told.alerts) fw.toasts.compare(board, told.alerts);
      board = told.alerts || null;
      fw.sound.makeUp();
    }
    show();
  }

  const passed = () => (came ? Math.max(performance.now() - came.steady, Date.now() - came.wall, 0) / 1000 : 0);

  /* How long ago the evaluator told anything; null where it never did. */
  function age() {
    const told = frame && frame.alerts ? frame.alerts.age_s : null;
    return told === null ? null : told + passed();
  }

  const watched = () => age() !== null && age() <= fw.freshness.STALE_S;

  function watchWords() {
    // Where no drill is running there is no floor to watch.
    if (watched() || frame.past || (frame.training && !frame.picture)) return "";
    if (age() === null) return fw.t("Alerts are not being watched: no evaluator has told anything yet.");
    return fw.t("Alerts are not being watched: nothing from the evaluator for {span}.", { span: fw.freshness.span(age()) });
  }

  /* Silenced ones are silent here too; those that somebody has stand behind those that call. */
  function gravest(alerts) {
    const heard_ = fw.alertWords.gravestFirst(alerts.incidents).filter((one) => !fw.alertWords.silenced(one));
    return heard_.find(fw.alertWords.calling) || heard_[0] || null;
  }

  /* Those of the newest frame that somebody has to see to; what was calls nobody. */
  const calls = () => (now() && frame.alerts ? frame.alerts.incidents.filter(fw.alertWords.calling) : []);
  const now = () => Boolean(frame) && !frame.past;

  function show() {
    const strip = document.getElementById("strip");
    if (!strip) return;
    const alerts = frame && frame.alerts, watch = alerts ? watchWords() : "";
    const one = alerts ? gravest(alerts) : null;
    const failed = alerts && alerts.undelivered_count ? undelivered(alerts) : "";
    drawIncident(one, alerts);
    line("strip-watch", watch);
    line("strip-undelivered", failed);
    fw.dom.attribute(strip, "data-watch", watch || failed ? "" : null);
    const hidden = !one && !watch && !failed;
    if (strip.hidden !== hidden) {
      strip.hidden = hidden;
      if (fw.grid) fw.grid.fit();
    }
    if (frame && frame.past) { count(0, null); return; }
    announceWatch(watch);
    count(alerts ? alerts.calling : 0, one);
  }

  function line(id, words) {
    const place = document.getElementById(id);
    place.hidden = !words;
    fw.dom.text(place, words);
  }

  function drawIncident(one, alerts) {
    const place = document.getElementById("strip-incident"), { text, part, attribute } = fw.dom;
    place.hidden = !one;
    if (!one) return;
    const kind = fw.alertWords.kind(one), more = alerts.open - 1;
    attribute(place, "data-state", kind.state);
    attribute(place, "data-taken", String(!fw.alertWords.calling(one)));
    attribute(place, "href", `/alerts#${encodeURIComponent(one.id)}`);
    text(part(place, "mark"), kind.mark);
    text(part(place, "word"), kind.word);
    text(part(place, "title"), fw.alertWords.titleOf(one));
    text(part(place, "message"), fw.alertWords.message(one));
    text(part(place, "since"), fw.alertWords.lasts(one) || "");
    text(part(place, "owner"), fw.alertWords.owner(one));
    text(part(place, "more"), more > 0 ? fw.tn("+{n} more", "+{n} more", more) : "");
  }

  function undelivered(alerts) {
    const [first] = alerts.undelivered, count = alerts.undelivered_count;
    const why = first ? fw.format.comma(first.receiver, first.failure) : "";
    return first ? fw.tn("A message could not be delivered: {why}.", "{n} messages could not be delivered: {why}.", count, { why }) : "";
  }

  /* Said once when it begins and once when it is over, not with each second. */
  function announceWatch(words) {
    const now = !frame || !frame.alerts ? null : words ? "silent" : "watched";
    if (known === now) return;
    const began = known;
    known = now;
    if (now === "silent") fw.toasts.say(words);
    else if (began === "silent") fw.toasts.say(fw.t("Alerts are being watched again."));
  }

  function count(calling, one) {
    const bare = document.title.replace(/^\(\d+\) /, "");
    const title = calling ? `(${calling}) ${bare}` : bare;
    if (document.title !== title) document.title = title;
    const kind = one ? fw.alertWords.kind(one).state : "";
    const next = calling ? `${Math.min(calling, 99)} ${kind}` : "";
    if (next === sign) return;
    sign = next;
    drawSign(calling, kind);
  }

  /* A disc in the severity's colour with the count: seen among thirty tabs. */
  function drawSign(calling, kind) {
    icon = icon || document.querySelector('link[rel~="icon"]');
    if (!icon) {
      icon = fw.dom.make("link");
      icon.rel = "icon";
      document.head.append(icon);
    }
    icon.dataset.plain = icon.dataset.plain || icon.getAttribute("href") || "data:,";
    if (!calling) { icon.href = icon.dataset.plain; return; }
    const canvas = fw.dom.make("canvas"), style = getComputedStyle(document.documentElement);
    canvas.width = canvas.height = SIGN_PX;
    const pen = canvas.getContext("2d"), colour = { trouble: "--trouble", watch: "--watch" }[kind] || "--information";
    pen.fillStyle = style.getPropertyValue(colour);
    pen.beginPath();
    pen.arc(SIGN_PX / 2, SIGN_PX / 2, SIGN_PX / 2, 0, 2 * Math.PI);
    pen.fill();
    pen.fillStyle = style.getPropertyValue("--ground");
    pen.font = `bold ${calling > 9 ? 36 : 46}px sans-serif`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(calling > 99 ? "99" : String(calling), SIGN_PX / 2, SIGN_PX / 2 + 2);
    icon.href = canvas.toDataURL();
  }

  document.addEventListener("DOMContentLoaded", () => fw.freshness.follow(show));
  fw.alertStrip = { heard, show, watched, age, now, calls, newest: () => frame };
})();
