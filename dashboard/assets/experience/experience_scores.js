/* Scores as shares with their intervals: seven of the floor, a table by whatever is chosen, and pain
   points. Under ten answers a share is «4 of 5», not a percentage. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const MEASURES = ["csat", "trust", "ease", "effectiveness", "emotion", "manner", "resolved"], FEW = 10;
  const number = (value) => fw.format.plain(fw.format.count(value));
  const percent = (value) => fw.format.plain(fw.format.share(value));

  // What METRICS counts of each: the answers, and the good ones among them.
  const COUNTS = (name) => (name === "resolved" ? ["resolved_n", "resolved_yes"] : [`${name}_n`, `${name}_top`]);
  // Whose contacts can be asked for.
  const WHOSE = { channel: (name) => fw.channels.KNOWN.includes(name), queue: () => true };

  /* The way to the contacts behind a number of answers, of the whole or of a row; null where they cannot be asked for. */
  function wayOf(told, row, name) {
    const { by, window: window_, as_of } = told, score = (row || told.floor).scores[name];
    if (!score.n || !fw.contactsList.WINDOWS.includes(window_)) return null;
    if (row && (row.name === null || !Object.hasOwn(WHOSE, by) || !WHOSE[by](row.name))) return null;
    return () => fw.contactsList.open({ of: COUNTS(name), window: window_, as_of, ...(row ? { [by]: row.name } : {}) });
  }

  function draw(told) {
    sentence(told);
    MEASURES.forEach((name) => tile(document.querySelector(`[data-score="${name}"]`), told.floor.scores[name], wayOf(told, null, name)));
    fw.table.draw("experience-rows", told.rows.map((row) => ({
      key: JSON.stringify(row.name),
      cells: { name: label(row, told.by), answered: `${number(row.surveys)} / ${number(row.surveys_sent)}` },
      values: { answered: row.surveys, asked: row.surveys_sent, ...Object.assign({}, ...MEASURES.map((name) => exact(name, row.scores[name]))) },
    })), away);
    const rows = document.getElementById("experience-rows").tBodies[0].rows;
    // On a narrow screen a row in which nobody answered is one line, after all others (experience.css).
    told.rows.forEach((row, index) => fw.dom.attribute(rows[index], "data-without", row.surveys ? null : "true"));
    told.rows.forEach((row, index) => MEASURES.forEach((name) => cell(rows[index].querySelector(`[data-column="${name}"]`), row.scores[name], wayOf(told, row, name), label(row, told.by))));
    asked(told);
  }

  /* A share with what it rests on, to be taken away: under ten answers nothing says how sure it is. */
  function exact(name, score) {
    const sure = score.n >= FEW;
    return { [name]: score.share, [`${name}.n`]: score.n, [`${name}.low`]: sure ? score.low : null, [`${name}.high`]: sure ? score.high : null };
  }

  function away(key, heading) {
    if (key === "answered") return [[key, fw.t("Answers")], ["asked", fw.t("Asked")]];
    return MEASURES.includes(key) ? columnsOf(key, heading) : null;
  }

  const columnsOf = (key, name) => [[key, name], [`${key}.n`, fw.t("{name}, answers", { name })], ...bounds(key, name)];
  const bounds = (key, name) => [[`${key}.low`, fw.t("{name}, 95 % from", { name })], [`${key}.high`, fw.t("{name}, 95 % to", { name })]];

  /* What a row is of, in words where there are some: a channel, or the language of a code. */
  function label({ name, label: told }, by) {
    if (name === null) return fw.t("not told");
    if (by === "channel") return fw.channels.name(name);
    if (by === "language") return tongue(name);
    return by === "queue" ? told : pain(name);
  }

  /* «Spanish» for es; what is no code of a language is told as it is. */
  function tongue(code) {
    try {
      return new Intl.DisplayNames([fw.locale], { type: "language" }).of(code) || code;
    } catch (e) {
      return code;
    }
  }

  /* How many were asked, and what that means. */
  function asked(told) {
    const place = document.getElementById("experience-asked"), { surveys, surveys_sent } = told.floor;
    if (!surveys_sent) { fw.dom.text(place, fw.tn("{n} answer", "{n} answers", surveys)); return; }
    fw.dom.text(place, fw.t("{n} answered of {all} asked. More may still come.", { n: number(surveys), all: number(surveys_sent) }));
  }

  const SINCE = () => ({ today: fw.t("today."), "240m": fw.t("in the last four hours."), "60m": fw.t("in the last hour.") });

  function sentence(told) {
    const place = document.getElementById("sentence"), csat = told.floor.scores.csat;
    let lead = fw.t("No customer has answered yet."), rest = "";
    if (csat.n >= FEW) {
      lead = fw.t("{share} of {n} customers were content", { share: percent(csat.share), n: number(csat.n) });
      rest = SINCE()[told.window] || "";
    } else if (csat.n) {
      lead = fw.t("{top} of {n} customers were content: too few to say more.", { top: number(csat.top), n: number(csat.n) });
    }
    fw.dom.attribute(place, "data-state", "none");
    fw.dom.text(fw.dom.part(place, "lead"), lead);
    fw.dom.text(fw.dom.part(place, "rest"), rest);
  }

  /* The words of a share: none, too few, or a share with how sure it is. */
  function words(score) {
    if (!score.n) return { share: "–", note: fw.t("no answers") };
    if (score.n < FEW) return { share: fw.t("{top} of {n}", { top: number(score.top), n: number(score.n) }), note: fw.t("too few") };
    return { share: percent(score.share), note: fw.t("n {n}, {low}–{high}", { n: number(score.n), low: String(Math.round(100 * score.low)), high: percent(score.high) }) };
  }

  /* Of few answers their number stands in the share itself. */
  function put(share, note, score, way, of) {
    const told = words(score);
    leading(share, told.share, score.n < FEW ? way : null, of);
    leading(note, told.note, score.n < FEW ? null : way, of);
  }

  /* A text, as a button where it leads anywhere; one with the focus stays the same while its figure changes. */
  function leading(place, words_, way, of) {
    let button = place.firstElementChild;
    if (!way) {
      if (button) button.remove();
      fw.dom.text(place, words_);
      return;
    }
    if (!button) {
      button = fw.dom.make("button", "answers-way");
      button.type = "button";
      button.title = fw.t("The contacts behind it");
      place.replaceChildren(button);
    }
    fw.dom.text(button, words_);
    // Read by itself it says which share of whom it is.
    fw.dom.attribute(button, "aria-label", fw.t("{what}: {text}", { what: of, text: words_ }));
    button.onclick = way;
  }

  function tile(place, score, way) {
    put(fw.dom.part(place, "share"), fw.dom.part(place, "note"), score, way, place.querySelector("h2").textContent);
    fw.dom.attribute(place, "data-few", String(score.n < FEW));
    interval(place.querySelector(".interval"), score);
  }

  /* A share in a table: the figure, and its interval as a line under it. */
  function cell(place, score, way, whom) {
    const { make } = fw.dom;
    if (!place.firstElementChild) {
      const line = make("span", "interval", make("span", "interval-range"), make("span", "interval-share"));
      line.setAttribute("aria-hidden", "true");
      place.replaceChildren(make("span", "cell-share"), line, make("span", "cell-note"));
    }
    put(place.children[0], place.children[2], score, way, fw.format.comma(place.dataset.heading, whom));
    if (!score.n) fw.dom.text(place.children[2], "");
    fw.dom.attribute(place, "data-few", String(score.n < FEW));
    interval(place.children[1], score);
  }

  function interval(line, score) {
    const shown = score.n >= FEW, [range, share] = line.children;
    line.dataset.shown = String(shown);
    if (!shown) return;
    range.style.left = `${100 * score.low}%`;
    range.style.width = `${100 * (score.high - score.low)}%`;
    share.style.left = `${100 * score.share}%`;
  }

  function drawPains(told) {
    fw.table.draw("experience-pains", told.points.map((point) => ({
      key: point.name,
      cells: { name: pain(point.name), n: number(point.n), cumulative: percent(point.cumulative) },
      values: { bar: point.share, n: point.n, cumulative: point.cumulative },
    })));
    const rows = document.getElementById("experience-pains").tBodies[0].rows;
    // With its bars it is a chart as well as a table.
    document.getElementById("experience-pains").closest(".sheet").dataset.picture = fw.t("Pain points");
    told.points.forEach((point, index) => bar(rows[index].querySelector('[data-column="bar"]'), point));
    const rare = document.getElementById("pains-rare");
    rare.hidden = !told.rare;
    fw.dom.text(rare, fw.tn("{n} more was named once only and is not shown.", "{n} more were each named once only and are not shown.", told.rare));
  }

  function bar(place, point) {
    const { make } = fw.dom;
    if (!place.firstElementChild) {
      const line = make("span", "pareto", make("span", "pareto-share"), make("span", "pareto-sum"));
      line.setAttribute("aria-hidden", "true");
      place.replaceChildren(line, make("span", "pareto-text"));
    }
    place.querySelector(".pareto-share").style.width = `${100 * point.share}%`;
    place.querySelector(".pareto-sum").style.left = `${100 * point.cumulative}%`;
    fw.dom.text(place.lastElementChild, percent(point.share));
  }

  /* A code as words: unclear_letter is «unclear letter». */
  const pain = (name) => name.replaceAll("_", " ");

  fw.experienceScores = { draw, drawPains, exact, bounds, words, percent, number, pain, FEW };
})();
