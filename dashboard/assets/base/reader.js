/* The stream of frames, read beside the page (stream_worker.js): taking most of a megabyte a second
   apart into events is no work for the thread that draws. A page that was busy or asleep asks for the
   newest frame, and is handed none of those before. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  // One for as long as the page lives: its script is asked for while the dashboard is known to be there.
  let worker = null, refused = false, reading = 0, current = null;

  /* Read from the path, and nothing else any more: `frame` is called with the text of each, `failed`
     with whether that was the end of it; else it connects again by itself. What it gives can be closed. */
  function open(path, told) {
    reading += 1;
    const mine = current = { reading, path, told, instead: null };
    if (!worker && !refused) begin();
    if (refused) mine.instead = inPage(path, told);
    else worker.postMessage({ reading, address: new URL(path, location.href).href });
    return { close: () => close(mine) };
  }

  function close(mine) {
    if (mine.instead) mine.instead.close();
    if (current !== mine) return;
    current = null;
    if (!refused) worker.postMessage({ close: true });
  }

  function begin() {
    try {
      worker = new Worker(document.querySelector('meta[name="stream-worker"]').content);
      worker.onmessage = ({ data }) => { if (current && data.reading === current.reading) hear(data); };
      worker.onerror = refuse;
    } catch (error) { refused = true; }
  }

  function hear({ there, frame, closed }) {
    const { told } = current;
    if (there) worker.postMessage({ reading: current.reading });
    if (frame) told.frame(frame);
    if (closed !== undefined) told.failed(closed);
  }

  /* A browser may be kept from it by whoever looks after it: then the page reads by itself. */
  function refuse() {
    worker.terminate();
    refused = true;
    if (current && !current.instead) current.instead = inPage(current.path, current.told);
  }

  function inPage(path, told) {
    const source = new EventSource(path);
    source.addEventListener("frame", (event) => told.frame(event.data));
    source.addEventListener("error", () => told.failed(source.readyState === EventSource.CLOSED));
    return source;
  }

  fw.reader = { open };
})();
