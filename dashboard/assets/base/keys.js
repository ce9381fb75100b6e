/* Keys that act by themselves: never while a dialog is open or something is being written. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const WRITTEN_IN = "input:not([type=range]), textarea, select, [contenteditable]";

  /* Whether a key is free to act. What has just been closed may have the focus for a moment still. */
  function free(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || document.querySelector("dialog[open]")) return false;
    return !(event.target.matches(WRITTEN_IN) && event.target.checkVisibility());
  }

  fw.keys = { free };
})();
