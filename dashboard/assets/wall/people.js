/* Agents by state: a bar for the glance, words for the count. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const STATES = [
    ["agents_available", "free", (n) => fw.tn("{n} free", "{n} free", n)],
    ["agents_busy", "busy", (n) => fw.tn("{n} busy", "{n} busy", n)],
    ["agents_wrap_up", "wrap-up", (n) => fw.tn("{n} wrap-up", "{n} wrap-up", n)],
    ["agents_away", "away", (n) => fw.tn("{n} away", "{n} away", n)],
  ];

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
    const told = [known, now.agents_staffed, ...STATES.map(([name]) => now[name])].join(" ");
    if (people.told === told) return;
    people.told = told;
    STATES.forEach(([name], index) => { people.segments[index].style.flexGrow = String(now[name] || 0); });
    people.bar.dataset.staffed = String(Boolean(now.agents_staffed));
    fw.dom.text(people.words, words(now, known, STATES));
    fw.dom.attribute(people.words, "title", people.words.textContent);
  }

  function words(now, known, states) {
    if (!now.agents_staffed) return known ? fw.t("nobody staffed") : fw.t("agents not told");
    const shown = states.filter(([name], index) => now[name] || index === 0);
    return fw.format.comma(...shown.map(([name, , write]) => write(now[name] || 0)));
  }

  fw.people = { make, draw, words: (now, known) => words(now, known, STATES.slice(1)) };
})();
