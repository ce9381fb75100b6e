/* Frames from the stream to the screen that draws them. The browser connects again by itself; what it
   cannot know of (a line cut without a goodbye) is known by no frame coming for ten seconds. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const SILENCE_MS = 10000, AGAIN_MS = 1000, READY_MS = 30, TURN_MS = 100;
  const later = new MessageChannel();
  let source = null, heardAt = Date.now(), newest = null, waiting = null, shown = null, again = 0;
  let screen = null, view = null, refused = false;

  function connect() {
    clearTimeout(again);
    if (source) source.close();
    refused = false;
    heardAt = Date.now();
    const path = `/api/v1/stream${fw.past.query()}`, mine = source = fw.reader.open(path, {
      frame: (data) => { if (mine === source) take(data, mine); },
      failed: (closed) => { if (mine === source) failed(path, mine, closed); },
    });
  }

  /* Closed for good, as after an answer that is no stream: begin anew. The past begins where it was cut
     off, which the browser by itself would not know. */
  function failed(path, mine, closed) {
    if (!closed && !fw.past.on()) return;
    mine.close();
    clearTimeout(again);
    if (fw.past.on()) asking(path, mine);
    else again = setTimeout(connect, AGAIN_MS);
  }

  /* Of an instant that the log does not hold nobody asks twice. */
  async function asking(path, mine) {
    const final = await fw.past.ask(path);
    if (mine !== source) return;
    refused = final;
    if (!final) again = setTimeout(connect, AGAIN_MS);
  }

  /* The figures come as the API has them; what stands beside them is under `frame`. */
  function read(data) {
    const { frame, ...figures } = JSON.parse(data);
    if (frame.picture) frame.picture.figures = figures;
    return frame;
  }

  /* Only the newest of those that came meanwhile is read and drawn: a browser that is slow, or was
     asleep, skips forward instead of showing one after another, ever later. */
  function take(data, from) {
    heardAt = Date.now();
    const idle = newest === null;
    newest = { data, from };
    // A task of its own, behind those of frames that are here already. No timer: in a tab that is
    // hidden those wait, and what calls must be heard.
    if (idle) later.port2.postMessage(null);
  }

  function hear() {
    const { data, from } = newest;
    newest = null;
    if (from !== source) return;
    const frame = read(data);
    fw.freshness.heard(frame);
    fw.past.heard(frame);
    fw.alertStrip.heard(frame);
    fw.drillBand.heard(frame);
    const idle = waiting === null;
    waiting = frame;
    if (idle) pass();
  }

  /* The first frame is often here before Dash has drawn the page. */
  function pass() {
    if (!(screen && document.getElementById("screen"))) {
      setTimeout(pass, READY_MS);
      return;
    }
    shown = waiting;
    waiting = null;
    paint();
  }

  /* A screen that cannot draw a frame stands still under figures that are live: that is said, until
     one is drawn again. */
  function paint() {
    try {
      window.dash_clientside[screen].draw(shown, view);
      fw.freshness.undrawn(false);
    } catch (error) {
      fw.freshness.undrawn(true);
      throw error;
    }
  }

  /* What Dash calls once the page is there, and again when the viewer chose something: which screen
     draws, and how. */
  function draws(namespace, chosen) {
    [screen, view] = [namespace, chosen || view];
    paint();
    return window.dash_clientside.no_update;
  }

  later.port1.onmessage = hear;
  // Once every script is there: a frame may come the moment the stream is open.
  document.addEventListener("DOMContentLoaded", () => {
    setInterval(() => {
      if (!refused && Date.now() - heardAt > SILENCE_MS) connect();
    }, AGAIN_MS);
    window.addEventListener("online", () => { if (!refused) connect(); });
    connect();
  });

  /* Another past, or now: once what was looked at knows that nobody looks at it any more, which the
     next look may take over. */
  function turn() {
    if (source) source.close();
    source = null;
    heardAt = Date.now();
    clearTimeout(again);
    again = setTimeout(connect, TURN_MS);
  }

  fw.feed = { turn, draws };
})();
