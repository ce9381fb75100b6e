/* Beside the page: reads the stream of frames for it. The page tells an address, which ends what was
   read before; it is told once that there is a frame, and is handed the newest when it asks. What is
   told carries the number of the reading that it is of. */
(function () {
  "use strict";
  let source = null, newest = null;

  function close() {
    if (source) source.close();
    source = newest = null;
  }

  function read(address, reading) {
    close();
    const mine = source = new EventSource(address);
    mine.addEventListener("frame", (event) => {
      if (mine !== source) return;
      if (newest === null) postMessage({ reading, there: true });
      newest = event.data;
    });
    mine.addEventListener("error", () => {
      if (mine !== source) return;
      // A last frame is not lost with the end.
      postMessage({ reading, frame: newest, closed: mine.readyState === EventSource.CLOSED });
      newest = null;
    });
  }

  onmessage = ({ data }) => {
    if (data.address) { read(data.address, data.reading); return; }
    if (data.close) { close(); return; }
    if (newest !== null) postMessage({ reading: data.reading, frame: newest });
    newest = null;
  };
})();
