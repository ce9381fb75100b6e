/* Which elements are on the screen or about to come there: what is far from it need not be drawn at
   every frame. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  // Half a screen ahead, so that what is scrolled to is drawn before it is there.
  const AHEAD = "50% 0px";
  const seen = new Set();
  let came = null;

  const observer = new IntersectionObserver((entries) => {
    const coming = entries.filter(({ target, isIntersecting }) => {
      if (!isIntersecting) { seen.delete(target); return false; }
      seen.add(target);
      return true;
    });
    if (came && coming.length) came(coming.map(({ target }) => target));
  }, { rootMargin: AHEAD });

  function forget(element) {
    observer.unobserve(element);
    seen.delete(element);
  }

  fw.inSight = {
    watch: (element) => observer.observe(element), forget, has: (element) => seen.has(element),
    /* Called with the elements that have come into sight. */
    whenComing: (follower) => { came = follower; },
  };
})();
