/* The tiles of a board, a maker for each kind (docs/boards.md). What a board names and the floor does
   not have is a tile that says so. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  // Scripts are read by their names' order: what others bring is there when it is called.
  const make = (...told) => fw.dom.make(...told), text = (...told) => fw.dom.text(...told), attribute = (...told) => fw.dom.attribute(...told);
  const ALERTS_MOST = 12;
  const MARK_OF = () => fw.tile.MARKS;
  const nameOf = (picture, queue) => (picture.labels[queue] ? picture.labels[queue].name : queue);

  /* --- tiles that look as a queue's does: a queue, a group, a channel, a team, the floor ---------- */

  function ofQueueShape(told) {
    const tile = fw.tile.create(""), missing = make("p", "tile-missing");
    delete tile.element.dataset.queue;
    tile.element.append(missing);
    return {
      element: tile.element,
      draw(context) {
        const shown = SHAPES[told.kind](told, context);
        missing.hidden = Boolean(shown);
        tile.element.firstElementChild.hidden = !shown;
        if (!shown) { absent(tile, missing, told); return; }
        if (shown.queue) attribute(tile.element, "data-queue", shown.queue);
        fw.tile.draw(tile, { ...shown, name: told.title || shown.name });
        if (shown.members) tile.members.replaceChildren(...shown.members);
      },
      countUp: () => fw.tile.countUp(tile),
    };
  }

  function absent(tile, missing, told) {
    const name = told.queue || told.team || told.title || (told.channel && fw.channels.name(told.channel)) || fw.format.comma(...(told.queues || []));
    attribute(tile.element, "data-state", "none");
    text(missing, fw.t("{name}: nothing told of it yet", { name }));
    attribute(tile.element, "aria-label", missing.textContent);
  }

  const common = ({ picture, standing }) => ({ goal: standing.goal, window: fw.format.window(picture.figures.window), agentsKnown: fw.floor.agentsKnown(picture), label: null });
  const calm = (kind) => ({ state: "none", word: "", reasons: [], kind });

  const SHAPES = {
    queue(told, context) {
      const { picture, standing } = context, section = picture.figures.queues[told.queue], label = picture.labels[told.queue];
      return section && {
        ...common(context), queue: told.queue, name: nameOf(picture, told.queue), label, section, standing: standing.queues[told.queue],
        variant: label ? label.service_level : picture.floor_service_level, hour: picture.hours[told.queue],
      };
    },
    group(told, context) {
      const { picture, standing } = context, there = told.queues.filter((queue) => picture.figures.queues[queue]);
      if (!there.length) return null;
      const worst = fw.sections.worst(there.map((queue) => standing.queues[queue]));
      const kinds = new Set(there.map((queue) => standing.queues[queue].kind));
      const labels = there.map((queue) => picture.labels[queue]).filter(Boolean);
      return {
        ...common(context), name: fw.format.comma(...there.map((queue) => nameOf(picture, queue))), variant: picture.floor_service_level, hour: null,
        section: fw.sections.add(there.map((queue) => picture.figures.queues[queue]), picture.floor_service_level),
        // Of several kinds, the figures that all of them have are those of calls.
        standing: { ...worst, kind: kinds.size === 1 ? worst.kind : "calls", said: null, reasons: there.map((queue) => stated(picture, standing, queue)) },
        label: labels.length ? { target_s: Object.assign({}, ...labels.map(targetsBy)) } : null,
        members: [...members(there, context), ...told.queues.filter((queue) => !there.includes(queue)).map(untold)],
      };
    },
    channel(told, context) {
      const { picture } = context, section = picture.figures.channels[told.channel];
      const kind = ["chat", "sms", "whatsapp", "social", "email"].includes(told.channel) ? "messages" : "calls";
      return section && { ...common(context), agentsKnown: false, name: fw.channels.name(told.channel), section, standing: calm(kind), variant: picture.floor_service_level, hour: null, members: [] };
    },
    team(told, context) {
      const { picture } = context, section = picture.figures.teams[told.team];
      return section && { ...common(context), name: told.team, section, standing: calm("calls"), shown: teams(section), hour: null };
    },
    floor(told, context) {
      const { picture, standing } = context, words = { trouble: fw.t("In trouble"), watch: fw.t("Watch"), on_target: fw.t("On target"), closed: fw.t("Closed"), none: fw.t("Few contacts") };
      return {
        ...common(context), name: picture.title, section: picture.figures.floor, hour: picture.hour, variant: picture.floor_service_level,
        standing: { state: standing.state, word: words[standing.state], reasons: [fw.format.sentences(fw.standing.lead(standing), fw.standing.rest(standing))], kind: "calls" },
      };
    },
  };

  // Each queue's own beside the others': of one channel they may differ.
  const targetsBy = ({ target_s }, nth) => Object.fromEntries(Object.entries(target_s).map(([channel, seconds]) => [`${nth} ${channel}`, seconds]));
  const stated = (picture, standing, queue) => fw.t("{name}: {state}", { name: nameOf(picture, queue), state: fw.standing.word(standing.queues[queue]) });

  /* Each queue of a group by its own state, the worst first. */
  function members(queues, { picture, standing }) {
    const order = fw.sections.WORST, rank = (queue) => order.indexOf(standing.queues[queue].state);
    return [...queues].sort((a, b) => rank(a) - rank(b)).map((queue) => {
      const one = standing.queues[queue], mark = make("span", "mark", MARK_OF()[one.state]);
      mark.setAttribute("aria-hidden", "true");
      const made = make("span", "member", mark, make("span", "member-name", nameOf(picture, queue)), make("span", "member-waiting", fw.format.plain(fw.format.count(picture.figures.queues[queue].now.waiting))));
      made.dataset.state = one.state;
      made.title = stated(picture, standing, queue);
      return made;
    });
  }

  /* One of a group of which nothing is known stands there all the same: its figures are not in the sum. */
  function untold(queue) {
    const made = make("span", "member", make("span", "member-name", fw.t("{name}: nothing told of it yet", { name: queue })));
    made.dataset.state = "none";
    return made;
  }

  function teams({ now, figures, counts }) {
    const f = fw.format;
    return {
      bigs: [
        { label: fw.t("free"), note: fw.t("of {n} staffed", { n: f.plain(f.count(now.agents_staffed)) }), value: f.count(now.agents_available) },
        { label: fw.t("handled"), note: "", value: f.count(counts.handled) },
        { label: fw.t("handle time"), note: fw.t("talk, hold and wrap-up"), value: f.duration(figures.average_handle_time_s) },
      ],
      smalls: [
        { label: fw.t("Occupancy"), value: f.share(figures.occupancy) },
        { label: fw.t("Transferred"), value: f.share(figures.transfer_rate, true) },
        fw.tile.csat({ section: { counts, figures } }),
      ],
    };
  }

  /* --- plain tiles: a title over whatever they show ------------------------------------------------ */

  function plain(kind) {
    const name = make("h2", "tile-name is-whole"), mark = make("span", "mark"), word = make("span", "word");
    const status = make("span", "status", mark, word), inside = make("div", `tile-inside is-${kind}`);
    mark.setAttribute("aria-hidden", "true");
    const element = make("div", "tile", make("div", "tile-body", make("div", "tile-head", name, status), inside));
    element.setAttribute("role", "listitem");
    return { element, name, mark, word, status, inside };
  }

  function head(tile, title, state, word) {
    text(tile.name, title);
    attribute(tile.name, "title", title);
    tile.name.parentElement.hidden = !title && !word;
    attribute(tile.element, "data-state", state || null);
    text(tile.mark, state ? MARK_OF()[state] : "");
    text(tile.word, word || "");
    tile.status.hidden = !word;
  }

  function figure(told) {
    const tile = plain("figure"), value = make("span", "one-value"), note = make("span", "one-note");
    let since = null;
    tile.inside.append(value, note);
    return {
      element: tile.element,
      draw({ frame, picture }) {
        const names = fw.figureNames, figures = fw.windows.figures(frame, told.window), section = sectionOf(figures, told);
        const now = section && names.isNow(section, told.figure);
        // What is so now is the frame's, whatever window was asked for.
        const from = now ? sectionOf(picture.figures, told) : section, given = from ? names.value(from, told.figure) : null;
        const shown = told.figure === "csat_score" && from ? fw.format.csat(from.counts, from.figures) : null;
        const { state, word } = stands(told, given);
        head(tile, told.title || names.name(told.figure), state, word);
        since = now && told.figure.startsWith("oldest") ? given : null;
        fw.dom.value(value, shown ? shown.value : names.written(told.figure, given));
        const parts = [whose(told, picture), now ? fw.t("now") : fw.format.window(told.window), shown ? shown.note : from && !now ? names.evidence(from, told.figure) : ""];
        text(note, parts.filter(Boolean).join(" · "));
        attribute(tile.element, "aria-label", `${tile.name.textContent}: ${fw.format.plain(shown ? shown.value : names.written(told.figure, given))}${word ? `, ${word}` : ""}`);
      },
      countUp: (passed) => { if (since !== null) fw.dom.value(value, fw.format.duration(since + passed)); },
    };
  }

  function sectionOf(figures, told) {
    if (!figures) return null;
    if (told.queue) return figures.queues[told.queue] || null;
    if (told.channel) return figures.channels[told.channel] || null;
    return told.team ? figures.teams[told.team] || null : figures.floor;
  }

  const whose = (told, picture) => (told.queue ? nameOf(picture, told.queue) : told.channel ? fw.channels.name(told.channel) : told.team || fw.t("the floor"));

  /* How a figure stands by its limits; without any it has no state. */
  function stands({ watch, trouble }, value) {
    if (!watch && !trouble) return { state: null, word: "" };
    if (!fw.format.given(value)) return { state: "none", word: fw.t("No data") };
    const over = (limit) => Boolean(limit) && (fw.format.given(limit.above) ? value > limit.above : value < limit.below);
    if (over(trouble)) return { state: "trouble", word: fw.t("In trouble") };
    return over(watch) ? { state: "watch", word: fw.t("Watch") } : { state: "on_target", word: fw.t("On target") };
  }

  function trend(told) {
    const tile = plain("trend"), note = make("p", "one-note"), spark = fw.sparkline.make(), bars = make("div", "hour-bars");
    tile.inside.append(told.figure === "offered" ? bars : spark.element, note);
    bars.setAttribute("role", "img");
    return {
      element: tile.element,
      draw({ picture, standing }) {
        const hour = told.queue ? picture.hours[told.queue] : picture.hour, of = told.queue ? nameOf(picture, told.queue) : fw.t("the floor");
        const what = told.figure === "offered" ? fw.t("Offered by the minute") : fw.t("Service level, last hour");
        head(tile, told.title || what, null, "");
        if (told.figure === "offered") drawBars(bars, hour ? hour.offered : [], of);
        else fw.sparkline.draw(spark, hour && hour.service_level, standing.goal);
        const way = told.figure === "service_level" ? fw.trend.words(fw.trend.of(hour)) : hour ? fw.t("{n} in the last hour", { n: fw.format.plain(fw.format.count(hour.offered.reduce((sum, one) => sum + one, 0))) }) : "";
        text(note, [of, way].filter(Boolean).join(" · "));
        attribute(tile.element, "aria-label", `${tile.name.textContent}: ${note.textContent}`);
      },
      countUp: () => {},
    };
  }

  function drawBars(place, offered, of) {
    const most = Math.max(1, ...offered);
    while (place.children.length > offered.length) place.lastChild.remove();
    while (place.children.length < offered.length) place.append(make("span", "hour-bar"));
    offered.forEach((one, minute) => { place.children[minute].style.height = `${(100 * one) / most}%`; });
    attribute(place, "aria-label", offered.length ? fw.t("Contacts offered to {of}, by the minute over the last hour: at most {n}", { of, n: Math.max(...offered) }) : fw.t("Nothing known"));
  }

  function alerts(told) {
    const tile = plain("alerts"), list = make("ul", "tile-alerts");
    let open = null, words = "", filled = "";
    // What would be as it is stays: a frame comes every second, and to fit a list is to lay it out again and again.
    const wanted = () => JSON.stringify([open.length || words, open.slice(0, ALERTS_MOST).map(sayings), tile.inside.clientWidth, tile.inside.clientHeight]);
    const fill = () => {
      if (wanted() === filled) return;
      list.replaceChildren(...(open.length ? open.slice(0, ALERTS_MOST).map(incident) : [make("li", "tile-alert is-calm", words)]));
      fitted(list, tile.inside, open.length);
      // Where a page is scrolled a tile may be as high as what is in it.
      filled = wanted();
    };
    tile.inside.append(list);
    new ResizeObserver(() => { if (open) fill(); }).observe(tile.inside);
    return {
      element: tile.element,
      draw({ frame }) {
        open = frame.alerts ? fw.alertWords.gravestFirst(frame.alerts.incidents).filter((one) => !fw.alertWords.silenced(one)) : [];
        words = !frame.alerts || (!frame.past && !fw.alertStrip.watched()) ? fw.t("Alerts are not being watched.") : fw.t("Nothing is open.");
        head(tile, told.title || fw.t("Alerts"), open.length ? fw.alertWords.kind(open[0]).state : null, open.length ? fw.alertWords.kind(open[0]).word : "");
        fill();
      },
      countUp: () => {},
    };
  }

  /* The gravest that there is room for, each whole, and how many there are beside them. */
  function fitted(list, inside, all) {
    const more = make("li", "tile-alerts-more"), shown = list.getElementsByClassName("tile-alert");
    const put = () => { text(more, fw.tn("and {n} more", "and {n} more", all - shown.length)); list.append(more); };
    if (all > shown.length) put();
    while (shown.length > 1 && list.scrollHeight > inside.clientHeight) {
      shown[shown.length - 1].remove();
      put();
    }
  }

  /* All that is said of an incident. */
  const sayings = (one) => [one.id, one.severity, fw.alertWords.titleOf(one), fw.alertWords.message(one)];

  function incident(one) {
    const kind = fw.alertWords.kind(one), mark = make("span", "mark", kind.mark), unseen = make("span", "unseen", kind.word);
    mark.setAttribute("aria-hidden", "true");
    const title = fw.alertWords.titleOf(one), message = fw.alertWords.message(one);
    const made = make("li", "tile-alert", mark, unseen, make("span", "tile-alert-title", title), make("span", "tile-alert-text", message));
    made.dataset.state = kind.state;
    made.title = [title, message].filter(Boolean).join(" · ");
    return made;
  }

  function thanks(told) {
    const tile = plain("thanks"), value = make("span", "one-value"), note = make("span", "one-note");
    tile.inside.append(value, note);
    return {
      element: tile.element,
      draw({ board, thanks: known }) {
        head(tile, told.title || fw.t("Thanks today"), null, "");
        fw.dom.value(value, fw.format.count(known ? known.count : null));
        text(note, known ? fw.thanks.whom(known, board) : fw.t("not told"));
        attribute(tile.element, "aria-label", `${tile.name.textContent}: ${fw.format.plain(fw.format.count(known ? known.count : null))}. ${note.textContent}`);
      },
      countUp: () => {},
    };
  }

  function words(told) {
    const tile = plain("text");
    tile.inside.append(make("p", "tile-words", told.text));
    return { element: tile.element, draw: () => head(tile, told.title || "", null, ""), countUp: () => {} };
  }

  /* A board may come from a newer dashboard on the same log. */
  function unknown(told) {
    const tile = plain("text");
    tile.inside.append(make("p", "tile-words", fw.t("A tile of the kind {kind} is not known here.", { kind: told.kind })));
    return { element: tile.element, draw: () => head(tile, told.title || "", null, ""), countUp: () => {} };
  }

  function clock(told) {
    const tile = plain("clock"), time = make("span", "one-value"), day = make("span", "one-note");
    tile.inside.append(time, day);
    const tick = () => {
      const now = fw.freshness.floorNow();
      text(time, now === null ? "–" : fw.freshness.clock(now));
      text(day, now === null ? "" : new Intl.DateTimeFormat(fw.locale, { timeZone: fw.times.zone(), weekday: "long", day: "numeric", month: "long" }).format(now));
    };
    return { element: tile.element, draw: () => { head(tile, told.title || "", null, ""); tick(); }, countUp: tick };
  }

  const KINDS = { queue: ofQueueShape, group: ofQueueShape, channel: ofQueueShape, team: ofQueueShape, floor: ofQueueShape, figure, trend, alerts, thanks, text: words, clock };

  fw.boardTiles = { create: (told) => (Object.hasOwn(KINDS, told.kind) ? KINDS[told.kind] : unknown)(told), nameOf };
})();
