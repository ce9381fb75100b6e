/* The switch of languages: the page is loaded again in the one that is chosen, with all else that its
   address says. */
(function () {
  "use strict";

  function turn(code) {
    const address = new URL(location.href);
    address.searchParams.set("lang", code);
    location.assign(address);
  }

  // The switch comes with Dash's layout, later than this.
  document.addEventListener("change", (event) => { if (event.target.id === "language") turn(event.target.value); });
})();
