/* What Dash calls in the browser: draw a frame, turn a switch. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});

  fw.noEvents = (picture) => !picture.figures.health.events && !Object.keys(picture.figures.queues).length;

  fw.freshness.follow((passed) => {
    fw.floor.countUp(passed);
    fw.grid.countUp(passed);
  });

  function draw(frame, view) {
    const skip = window.dash_clientside.no_update;
    if (!frame || !frame.picture) return skip;
    const empty = fw.noEvents(frame.picture), root = document.documentElement;
    root.dataset.floor = empty ? "empty" : "drawn";
    document.getElementById("empty").hidden = !empty;
    if (!empty) {
      fw.floor.draw(frame.picture, frame.standing);
      fw.grid.draw(frame.picture, frame.standing, (view || fw.view.current()).order);
    }
    fw.dom.text(document.getElementById("title"), frame.picture.title);
    fw.freshness.tick();
    return frame.seq;
  }

  function switched() {
    const view = fw.view.switched();
    fw.grid.fit();
    return view;
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, { wallboard: { draw, switched } });
})();
