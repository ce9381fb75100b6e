/* CSAT against the wait, as a picture of our own: a band of what the answers allow for, the share of
   each bin with its interval, and the stretch that the question is about. Under it the answer in words,
   and the figures as a table. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const SVG = "http://www.w3.org/2000/svg";
  const WIDE = 640, HIGH = 250, LEFT = 46, RIGHT = 12, TOP = 10, BOTTOM = 28, STRAIGHT_S = 15;
  const MARKS_S = [0, 10, 20, 45, 90, 180, 300, 600, 1800, 3600, 14400, 43200, 86400];
  let drawn = "", ofQueue = null, choice = null, labels = {};

  /* Of which queue it is asked for: of all where the address names none. */
  const asked = () => (fw.address.get("queue") ? { queue: fw.address.get("queue") } : {});

  /* The queues of the floor to choose from; one that the address names is among them whether there is
     such a queue or not. */
  function queues(picture) {
    const place = document.getElementById("curve-queue"), chosen = fw.address.get("queue") || "";
    const known = Object.entries(picture.labels).map(([queue, label]) => [queue, label.name]);
    if (chosen && !(chosen in picture.labels)) known.push([chosen, chosen]);
    known.sort((a, b) => a[1].localeCompare(b[1], fw.locale));
    labels = picture.labels;
    const shown = JSON.stringify(known);
    if (!choice) {
      choice = fw.dom.make("select", "field");
      choice.addEventListener("change", () => fw.address.set({ queue: choice.value || null, ...channelOf(labels[choice.value]) }, { step: true }));
      place.append(choice);
      place.parentElement.hidden = false;
    }
    if (choice.dataset.shown !== shown) {
      choice.dataset.shown = shown;
      choice.replaceChildren(...[["", fw.t("All queues")], ...known].map(([value, name]) => Object.assign(fw.dom.make("option", "", name), { value })));
    }
    if (choice.value !== chosen) choice.value = chosen;
  }

  /* A queue of one channel is looked at on that one: on another nobody ever answered. */
  function channelOf(label) {
    const channel = fw.channels.of(label);
    return fw.channels.KNOWN.includes(channel) ? { channel } : {};
  }

  /* What stands here stays until there is an answer, but never under another queue's name. */
  function turned() {
    const queue = asked().queue || null;
    if (choice) choice.value = queue || "";
    if (queue !== ofQueue) clear(queue);
  }

  function clear(queue) {
    drawn = "";
    ofQueue = queue;
    document.getElementById("curve").hidden = true;
    document.getElementById("curve-answer").replaceChildren();
    fw.table.draw("curve-bins", []);
  }

  /* The address names a queue that is none. */
  function unknown(message) {
    clear(asked().queue || null);
    document.getElementById("curve-answer").replaceChildren(fw.dom.make("p", "", fw.format.sentence(message)));
  }

  function draw(told) {
    const { as_of, read_until, ...what } = told, key = JSON.stringify(what) + fw.language;
    if (key === drawn) return;
    drawn = key;
    ofQueue = told.queue;
    channels(told);
    document.getElementById("curve").dataset.picture = titleOf(told.queue);
    chart(told);
    answer(told);
    fw.table.draw("curve-bins", told.bins.map((bin) => ({
      key: String(bin.from_s),
      cells: { wait: stretch(bin), n: number(bin.csat.n), share: fw.experienceScores.words(bin.csat).share, interval: range(bin.csat) },
      values: { n: bin.csat.n, ...fw.experienceScores.exact("share", bin.csat) },
    })), (key) => (key === "interval" ? fw.experienceScores.bounds("share", fw.t("CSAT")) : null));
  }

  /* As a picture of it is called, which stands by itself. */
  function titleOf(queue) {
    const caption = document.getElementById("curve-caption").textContent;
    const option = queue && choice ? Array.from(choice.options).find((one) => one.value === queue) : null;
    return queue ? `${caption} · ${option ? option.textContent : queue}` : caption;
  }

  const number = (value) => fw.experienceScores.number(value);
  const percent = (value) => fw.experienceScores.percent(value);
  const range = (score) => (score.n >= fw.experienceScores.FEW ? fw.t("{low} to {high}", { low: percent(score.low), high: percent(score.high) }) : "–");
  const points = (value) => Math.abs(100 * value).toLocaleString(fw.locale, { maximumFractionDigits: Math.abs(value) < 0.0995 ? 1 : 0 });

  function wait(seconds) {
    return fw.format.span(seconds);
  }

  function stretch(bin) {
    if (bin.to_s === null) return fw.t("{from} and more", { from: wait(bin.from_s) });
    return fw.t("{from} to {to}", { from: wait(bin.from_s), to: wait(bin.to_s) });
  }

  /* The channels that have answers whose wait is known; the chosen one even without any. */
  function channels(told) {
    const known = Object.keys(told.channels);
    if (!known.includes(told.channel)) known.push(told.channel);
    // In one order whichever has the most answers; one that nobody knows here is last.
    const rank = (name) => (fw.channels.KNOWN.indexOf(name) + 1) || Infinity;
    known.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
    const place = document.getElementById("curve-channels");
    const shown = known.join(" ");
    if (place.dataset.shown !== shown) {
      place.dataset.shown = shown;
      place.replaceChildren(...known.map((name) => {
        const button = fw.dom.make("button", "choice-button", fw.channels.name(name));
        button.type = "button";
        button.dataset.choice = "channel";
        button.dataset.value = name;
        return button;
      }));
    }
    fw.experience.show();
  }

  function svg(tag, attributes, text) {
    const element = document.createElementNS(SVG, tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    if (text !== undefined) element.textContent = text;
    return element;
  }

  function chart(told) {
    const place = document.getElementById("curve");
    place.hidden = !told.n;
    if (!told.n) return;
    const farthest = Math.max(...told.bins.map((bin) => bin.to_s ?? 2 * bin.from_s), 90);
    const scale = (seconds) => Math.log1p(seconds / STRAIGHT_S);
    const x = (seconds) => LEFT + (WIDE - LEFT - RIGHT) * scale(Math.min(seconds, farthest)) / scale(farthest);
    const y = (share) => TOP + (HIGH - TOP - BOTTOM) * (1 - share);
    const picture = svg("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, "aria-hidden": "true" });
    if (told.comparisons.length) {
      const { short_s, long_s } = told.comparisons[0];
      picture.append(svg("rect", { class: "curve-asked", x: x(short_s), y: TOP, width: x(long_s) - x(short_s), height: HIGH - TOP - BOTTOM }));
    }
    [0, 0.25, 0.5, 0.75, 1].forEach((share) => picture.append(
      svg("line", { class: "curve-line", x1: LEFT, x2: WIDE - RIGHT, y1: y(share), y2: y(share) }),
      svg("text", { class: "curve-text", x: LEFT - 6, y: y(share) + 4, "text-anchor": "end" }, percent(share)),
    ));
    axis(picture, x, farthest);
    band(picture, told.band, x, y);
    told.bins.filter((bin) => bin.csat.n).forEach((bin) => point(picture, bin, x, y));
    place.replaceChildren(picture);
  }

  /* Waits along the foot, as many as have room. */
  function axis(picture, x, farthest) {
    let free = 0;
    MARKS_S.filter((seconds) => seconds <= farthest).forEach((seconds) => {
      const at = x(seconds);
      if (at < free) return;
      free = at + 52;
      const anchor = at > WIDE - 40 ? "end" : seconds ? "middle" : "start";
      picture.append(svg("text", { class: "curve-text", x: at, y: HIGH - 8, "text-anchor": anchor }, wait(seconds)));
    });
  }

  function band(picture, told, x, y) {
    if (told.length < 2) return;
    const at = (point, share) => `${x(point.wait_s).toFixed(1)} ${y(share).toFixed(1)}`;
    const upper = told.map((point) => at(point, point.high)), lower = told.map((point) => at(point, point.low)).reverse();
    picture.append(
      svg("path", { class: "curve-band", d: `M${[...upper, ...lower].join("L")}Z` }),
      svg("path", { class: "curve-share", d: `M${told.map((point) => at(point, point.share)).join("L")}` }),
    );
  }

  /* A bin's share in its middle, with its interval; hollow where the answers are too few. */
  function point(picture, bin, x, y) {
    const end = bin.to_s ?? 2 * bin.from_s, few = bin.csat.n < fw.experienceScores.FEW;
    const at = (x(bin.from_s) + x(end)) / 2, mark = svg("circle", { class: few ? "curve-point is-few" : "curve-point", cx: at, cy: y(bin.csat.share), r: 4.5 });
    mark.append(svg("title", {}, `${stretch(bin)}: ${fw.experienceScores.words(bin.csat).share} · ${fw.experienceScores.words(bin.csat).note}`));
    if (!few) picture.append(svg("line", { class: "curve-whisker", x1: at, x2: at, y1: y(bin.csat.high), y2: y(bin.csat.low) }));
    picture.append(mark, svg("text", { class: "curve-n", x: at, y: y(0) - 6, "text-anchor": "middle" }, fw.t("n {n}", { n: number(bin.csat.n) })));
  }

  /* What may be said, in words: never more than the answers allow for. */
  function answer(told) {
    const { make } = fw.dom, place = document.getElementById("curve-answer");
    const lines = told.comparisons.map((one, index) => (index ? longer(one) : question(one)));
    if (!told.n) lines.unshift(make("p", "", fw.t("No answer yet whose wait is known.")));
    else if (!told.comparisons.length) lines.unshift(make("p", "", fw.t("Here customers do not wait in person, so nothing is asked about seconds.")));
    place.replaceChildren(...lines);
  }

  function question(one) {
    const { make } = fw.dom;
    return make("div", "curve-question",
      make("p", "curve-question-text", fw.t("Is it true here that waiting {from} to {to} costs nothing?", { from: `${one.short_s}`, to: wait(one.long_s) })),
      said(one));
  }

  function longer(one) {
    const { make } = fw.dom;
    return make("div", "curve-question",
      make("p", "curve-question-text", fw.t("And longer than {wait}?", { wait: wait(90) })),
      said(one));
  }

  function said(one) {
    const { make } = fw.dom, words = make("p", "curve-verdict");
    words.append(make("strong", "", VERDICTS()[one.verdict]), ` ${evidence(one)}`);
    words.dataset.verdict = one.verdict;
    return words;
  }

  const VERDICTS = () => ({
    too_few: fw.t("Too few answers to say."),
    costs: fw.t("No: it goes with a lower CSAT."),
    costs_little: fw.t("Not quite: it goes with a slightly lower CSAT."),
    none_that_matters: fw.t("Yes: no loss that would matter."),
    not_known: fw.t("Not known yet."),
  });

  function evidence(one) {
    const { short, long, alike } = one, few = { short: number(short.n), long: number(long.n), wait: wait(one.short_s) };
    const more = one.needed && one.needed > short.n + long.n ? fw.t("About {n} answers would tell.", { n: number(rounded(one.needed)) }) : "";
    if (one.verdict === "too_few") return fw.format.sentences(fw.t("{short} answers after waits up to {wait}, {long} after the longer ones.", few), more);
    const values = { ...few, points: signed(alike.loss), low: signed(alike.low), high: signed(alike.high), margin: points(one.margin) };
    const compared = fw.t("Compared within the same queues, CSAT after the longer wait is {points} points lower, by the answers between {low} and {high} (n {short} and {long}).", values);
    return fw.format.sentences(compared, one.verdict === "not_known" ? more : fw.t("Less than {margin} points is called no loss that matters.", values));
  }

  const signed = (value) => (value < -0.0005 ? `−${points(value)}` : points(value));

  /* What is only about so many is told in two figures. */
  function rounded(value) {
    const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
    return Math.ceil(value / unit) * unit;
  }

  fw.experienceCurve = { draw, queues, asked, turned, unknown };
})();
