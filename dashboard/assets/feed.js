/* Frames from the stream into the page's store. The browser connects again by itself; what it
   cannot know of (a line cut without a goodbye) is known by no frame coming for ten seconds. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const SILENCE_MS = 10000, AGAIN_MS = 1000, READY_MS = 30;
  let source = null, heardAt = Date.now(), waiting = null;

  function connect() {
    if (source) source.close();
    heardAt = Date.now();
    source = new EventSource("/api/v1/stream");
    source.addEventListener("frame", (event) => take(read(event.data)));
    source.addEventListener("error", () => {
      // Closed for good, as after an answer that is no stream: begin anew.
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, AGAIN_MS);
    });
  }

  /* The figures come as the API has them; what stands beside them is under `frame`. */
  function read(data) {
    const { frame, ...figures } = JSON.parse(data);
    if (frame.picture) frame.picture.figures = figures;
    return frame;
  }

  function take(frame) {
    heardAt = Date.now();
    fw.freshness.heard(frame);
    const idle = waiting === null;
    waiting = frame;
    if (idle) pass();
  }

  /* The first frame is often here before Dash has drawn the page. */
  function pass() {
    const dash = window.dash_clientside;
    if (!(dash && dash.set_props && document.getElementById("screen"))) {
      setTimeout(pass, READY_MS);
      return;
    }
    const frame = waiting;
    waiting = null;
    dash.set_props("frame", { data: frame });
  }

  // Once every script is there: a frame may come the moment the stream is open.
  document.addEventListener("DOMContentLoaded", () => {
    setInterval(() => {
      if (Date.now() - heardAt > SILENCE_MS) connect();
    }, AGAIN_MS);
    window.addEventListener("online", connect);
    connect();
  });
})();
