/* From the beginning of a page past its head, for who goes by keyboard. */
(function () {
  "use strict";
  document.addEventListener("click", (event) => {
    const main = event.target.id === "skip" && document.querySelector("main");
    if (!main) return;
    main.tabIndex = -1;
    main.focus();
  });
})();
