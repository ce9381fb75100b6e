/* Agents by state: a bar for the glance, words for the count. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const STATES = [["agents_available", "free"], ["agents_busy", "busy"], ["agents_wrap_up", "wrap-up"], ["agents_away", "away"]];

  function make() {
    const { make: tag } = fw.dom;
    const segments = STATES.map(([, word]) => {
      const segment = tag("span", "people-part");
      segment.dataset.people = word;
      return segment;
    });
    const bar = tag("div", "people-bar", ...segments), words = tag("div", "people-words");
    bar.setAttribute("aria-hidden", "true");
    return { element: tag("div", "people", bar, words), bar, segments, words };
  }

  function draw(people, now, known) {
    STATES.forEach(([name], index) => { people.segments[index].style.flexGrow = String(now[name] || 0); });
    people.bar.dataset.staffed = String(Boolean(now.agents_staffed));
    fw.dom.text(people.words, words(now, known, STATES));
    fw.dom.attribute(people.words, "title", people.words.textContent);
  }

  function words(now, known, states) {
    if (!now.agents_staffed) return known ? "nobody staffed" : "agents not told";
    return states.map(([name, word]) => [now[name], word])
      .filter(([count], index) => count || index === 0)
      .map(([count, word]) => `${count} ${word}`).join(", ");
  }

  fw.people = { make, draw, words: (now, known) => words(now, known, STATES.slice(1)) };
})();
