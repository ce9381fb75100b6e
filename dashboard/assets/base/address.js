/* What is seen stands in the page's address, so that a link shows the same and the browser's way back
   undoes a step. A name that is not there has its usual value. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  // What holds for all screens goes along from one to another.
  const ALONG = ["at", "speed", "lang", "theme"];
  const followers = [], written = new WeakMap();
  let known = values();

  function values() {
    return Object.fromEntries(new URLSearchParams(location.search));
  }

  /* The value of a name; null where it is not there, or none of those that are allowed. */
  function get(name, allowed) {
    const value = new URLSearchParams(location.search).get(name);
    return value === null || (allowed && !allowed.includes(value)) ? null : value;
  }

  /* Put values into the address, and tell who listens; null takes a name out. With `step` the way
     back leads to where it was before. */
  function set(wanted, { step = false } = {}) {
    const address = new URL(location.href);
    Object.entries(wanted).forEach(([name, value]) => {
      if (value === null || value === undefined) address.searchParams.delete(name);
      else address.searchParams.set(name, String(value));
    });
    if (address.href === location.href) return;
    history[step ? "pushState" : "replaceState"](null, "", address);
    changed();
  }

  /* Call `follower` with the values of `names` whenever one of them has changed, whoever changed it:
     the page, another part of it, or the way back. */
  function listen(names, follower) {
    followers.push({ names, follower });
  }

  function changed() {
    const before = known;
    known = values();
    const moved = (name) => before[name] !== known[name];
    followers.filter(({ names }) => names.some(moved)).forEach(({ names, follower }) => {
      follower(Object.fromEntries(names.map((name) => [name, get(name)])));
    });
  }

  /* A link to another screen, with what goes along; a value of the link's own stays. */
  function link(path) {
    const address = new URL(path, location.href);
    ALONG.forEach((name) => {
      if (get(name) !== null && !address.searchParams.has(name)) address.searchParams.set(name, get(name));
    });
    return address.pathname + address.search + address.hash;
  }

  /* Just before a link to a screen is followed or copied: what goes along may have changed. */
  function adorn(event) {
    const anchor = event.target.closest ? event.target.closest("a[href]") : null;
    if (!anchor || anchor.origin !== location.origin || anchor.pathname.startsWith("/api/")) return;
    const told = anchor.getAttribute("href"), mine = written.get(anchor);
    const own = mine && mine.told === told ? mine.own : told;
    if (own.startsWith("#") || anchor.hasAttribute("download")) return;
    const next = link(own);
    written.set(anchor, { own, told: next });
    if (next !== told) anchor.setAttribute("href", next);
  }

  ["pointerdown", "focusin", "click"].forEach((what) => document.addEventListener(what, adorn, true));
  addEventListener("popstate", changed);
  fw.address = { get, set, listen, link };
})();
