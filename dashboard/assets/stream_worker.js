/* Beside the page: reads the stream of frames for it. The page first tells the address; it is told once
   that there is a frame, and is handed the newest when it asks. */
(function () {
  "use strict";
  let newest = null;

  function take(frame) {
    if (newest === null) postMessage({ there: true });
    newest = frame;
  }

  function read(address) {
    const source = new EventSource(address);
    source.addEventListener("frame", (event) => take(event.data));
    source.addEventListener("error", () => postMessage({ closed: source.readyState === EventSource.CLOSED }));
  }

  onmessage = ({ data }) => {
    if (data.address) { read(data.address); return; }
    postMessage({ frame: newest });
    newest = null;
  };
})();
