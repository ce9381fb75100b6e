/* The stream of frames, read beside the page (stream_worker.js): taking most of a megabyte a second
   apart into events is no work for the thread that draws. A page that was busy or asleep asks for
   the newest frame, and is handed none of those before. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});

  /* Read from the path: `frame` is called with the text of each, `failed` with whether that was the end
     of it; else it connects again by itself. What it gives can be closed. */
  function open(path, told) {
    let worker, instead = null;
    try {
      worker = new Worker(document.querySelector('meta[name="stream-worker"]').content);
    } catch (error) {
      return inPage(path, told);
    }
    worker.onmessage = ({ data }) => {
      if (data.there) worker.postMessage({});
      else if (data.frame) told.frame(data.frame);
      else told.failed(data.closed);
    };
    // A browser may be kept from it by whoever looks after it: then the page reads by itself.
    worker.onerror = () => {
      worker.terminate();
      instead = instead || inPage(path, told);
    };
    worker.postMessage({ address: new URL(path, location.href).href });
    return { close: () => { worker.terminate(); if (instead) instead.close(); } };
  }

  function inPage(path, told) {
    const source = new EventSource(path);
    source.addEventListener("frame", (event) => told.frame(event.data));
    source.addEventListener("error", () => told.failed(source.readyState === EventSource.CLOSED));
    return source;
  }

  fw.reader = { open };
})();
