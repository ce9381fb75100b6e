/* The foot of the wall: open alerts one after another, thanks, and which page is seen. It is not there
   where it has nothing to say. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const EACH_MS = 8000, GLOW_MS = 8000;
  let at = 0, since = 0, celebrating = false;

  const part = (name) => document.getElementById(`foot-${name}`);

  function draw(frame, board) {
    const place = document.getElementById("foot");
    if (!place) return;
    ticker(frame, board);
    const line = frame.past ? "" : fw.thanks.line(board, frame), grown = fw.thanks.more();
    part("thanks").hidden = !line;
    if (grown && line) celebrate(fw.thanks.news(board));
    else if (!celebrating) fw.dom.text(part("thanks-text"), line);
    const hidden = part("ticker").hidden && part("thanks").hidden && document.getElementById("pager").hidden;
    if (place.hidden === hidden) return;
    place.hidden = hidden;
    fw.wall.fit();
  }

  /* The gravest stands in the strip above; the foot tells of all, so it needs more than one. */
  function ticker(frame, board) {
    const on = board ? board.ticker : fw.pager.kiosk();
    const open = on && frame.alerts ? fw.alertWords.gravestFirst(frame.alerts.incidents).filter((one) => !fw.alertWords.silenced(one)) : [];
    part("ticker").hidden = open.length < 2;
    if (open.length < 2) return;
    const now = performance.now();
    // Whoever reads it, or holds the pages, is not hurried.
    if (fw.pager.isHeld() || part("ticker").matches(":hover")) since = now;
    if (now - since >= EACH_MS) { at += 1; since = now; }
    const nth = at % open.length, one = open[nth], kind = fw.alertWords.kind(one);
    const place = part("ticker");
    if (place.dataset.incident !== one.id && place.dataset.incident !== undefined && !fw.dom.calm()) {
      part("ticker-text").animate([{ opacity: 0 }, { opacity: 1 }], { duration: 400 });
    }
    place.dataset.incident = one.id;
    fw.dom.attribute(place, "data-state", kind.state);
    fw.dom.text(part("ticker-mark"), kind.mark);
    fw.dom.text(part("ticker-word"), kind.word);
    fw.dom.text(part("ticker-text"), [fw.alertWords.titleOf(one), fw.alertWords.message(one), fw.alertWords.lasts(one)].filter(Boolean).join(" · "));
    fw.dom.text(part("ticker-count"), fw.t("{n} of {all}", { n: nth + 1, all: frame.alerts.open - (frame.alerts.incidents.length - open.length) }));
  }

  /* Somebody was thanked: the line warms for some seconds, and nothing moves. */
  function celebrate(words) {
    celebrating = true;
    fw.dom.text(part("thanks-text"), words);
    fw.dom.attribute(part("thanks"), "data-new", "true");
    setTimeout(() => { celebrating = false; fw.dom.attribute(part("thanks"), "data-new", null); }, GLOW_MS);
  }

  fw.foot = { draw };
})();
