/* What Dash calls in the browser: draw a frame, turn a switch. The wall shows a board where the address
   names one, else all queues. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  // Of the floor's seconds.
  const LATE_S = 1.5;
  let newest = null, order = "worst", counted = null;

  fw.noEvents = (picture) => !picture.figures.health.events && !Object.keys(picture.figures.queues).length;

  /* Counting is by whole seconds, all at once. At the pace of the clock the frames bring them, as long as
     they come in time; a replay runs on between its frames. */
  fw.freshness.follow((passed) => {
    const whole = passed < LATE_S ? 0 : Math.floor(passed);
    if (whole === counted) return;
    counted = whole;
    fw.tile.passes(whole);
    fw.floor.countUp(whole);
    fw.grid.countUp();
    fw.boardPage.countUp(whole);
  });

  function draw(frame, view) {
    const skip = window.dash_clientside.no_update;
    if (!frame) return skip;
    fw.kiosk.heard(frame);
    fw.boards.heard(frame);
    if (!frame.picture) return skip;
    newest = frame;
    fw.tile.passes(0);
    order = (view || fw.view.current()).order;
    again();
    fw.freshness.tick();
    return frame.seq;
  }

  /* The newest frame once more: another page, another board, another order. */
  function again() {
    if (!newest) return;
    // What is drawn anew is counted up anew.
    counted = null;
    fw.builder.show();
    const { picture, standing } = newest, root = document.documentElement, board = fw.boards.current(), wanted = fw.boards.wanted();
    const empty = fw.noEvents(picture) && !wanted;
    root.dataset.floor = empty ? "empty" : "drawn";
    root.dataset.board = wanted ? "on" : "off";
    if (!wanted) delete root.dataset.floorFigures;
    document.getElementById("empty").hidden = !empty;
    fw.takeAway.window = picture.figures.window;
    fw.dom.text(document.getElementById("title"), (wanted && board && board.title) || picture.title);
    if (!empty) {
      fw.queuesTaken.drawn(picture, standing);
      fw.floor.draw(picture, standing);
      if (wanted) page(board);
      else fw.grid.draw(picture, standing, order);
    }
    fw.foot.draw(newest, wanted ? board : null);
  }

  function page(board) {
    const missing = document.getElementById("board-missing");
    document.getElementById("board-page").hidden = !board;
    missing.hidden = Boolean(board) || !fw.boards.problem();
    fw.dom.text(fw.dom.part(missing, "text"), fw.boards.problem());
    document.documentElement.dataset.floorFigures = board && !board.floor ? "off" : "on";
    if (!board) return;
    fw.pager.set({ count: board.pages.length, turn_s: board.turn_s, titles: board.pages.map((one) => one.title) });
    fw.boardPage.draw(board.pages[fw.pager.at()], { frame: newest, picture: newest.picture, standing: newest.standing, board, thanks: board.thanks === "none" || newest.past ? null : fw.thanks.known(newest) });
    fw.builder.dress(fw.boardPage.tiles());
  }

  /* Pages are turned by a breath, and not at all for who asks for stillness. */
  function turned() {
    again();
    const place = document.getElementById(fw.boards.wanted() ? "board-page" : "queues");
    if (!fw.dom.calm() && !document.hidden) place.animate([{ opacity: 0.2 }, { opacity: 1 }], { duration: 350, easing: "ease-out" });
  }

  function fit() {
    if (fw.boards.wanted()) fw.boardPage.fit();
    else fw.grid.fit();
  }

  function switched() {
    const view = fw.view.switched();
    fit();
    return view;
  }

  fw.pager.follow(turned);
  fw.boards.whenChanged(again);
  fw.address.listen(["board", "build", "kiosk"], () => { fw.boardPage.clear(); fw.boards.load(); again(); });
  fw.wall = { again, fit, newest: () => newest };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { wallboard: { draw, switched } });
})();
