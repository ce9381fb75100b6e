/* The fields of the builder: what can be said of each kind of tile. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const WINDOWS = ["5m", "15m", "30m", "60m", "240m", "today"], SIZES = ["1", "2", "3", "4"];

  const make = (...told) => fw.dom.make(...told);

  const kinds = () => ({
    queue: fw.t("Queue"), group: fw.t("Group of queues"), figure: fw.t("One figure"), trend: fw.t("Trend of an hour"), floor: fw.t("The whole floor"),
    channel: fw.t("Channel"), team: fw.t("Team"), alerts: fw.t("Alerts"), thanks: fw.t("Thanks"), text: fw.t("Text"), clock: fw.t("Clock"),
  });

  /* A tile of a kind as it begins. */
  function blank(kind, picture) {
    const first = (named) => Object.keys(named)[0], size = "1x1";
    return {
      queue: { kind, queue: first(picture.figures.queues) || "queue", size }, group: { kind, queues: Object.keys(picture.figures.queues).slice(0, 2), size },
      channel: { kind, channel: first(picture.figures.channels) || "voice", size }, team: { kind, team: first(picture.figures.teams) || "team", size },
      figure: { kind, figure: "waiting", window: "30m", size }, trend: { kind, figure: "service_level", size }, text: { kind, text: fw.t("Write something"), size },
    }[kind] || { kind, size };
  }

  /* --- single fields -------------------------------------------------------------------------------- */

  function labelled(id, words, field) {
    field.id = id;
    field.classList.add("field");
    const label = make("label", "labelled", make("span", "", words), field);
    label.htmlFor = id;
    return label;
  }

  function input(id, words, value, take, type) {
    const field = make(type === "long" ? "textarea" : "input");
    if (type && type !== "long") field.type = type;
    field.value = value;
    field.addEventListener("input", () => take(field.value));
    return labelled(id, words, field);
  }

  function number(id, words, value, take) {
    return input(id, words, fw.format.given(value) ? String(value) : "", (text) => take(text.trim() === "" || Number.isNaN(Number(text)) ? null : Number(text)), "number");
  }

  function select(id, words, options, value, take) {
    const field = make("select");
    // What the floor does not have is kept as it is written.
    const all = options.some(([key]) => key === value) ? options : [...options, [value, value]];
    field.append(...all.map(([key, told]) => { const option = make("option", "", told); option.value = key; return option; }));
    field.value = value;
    field.addEventListener("change", () => take(field.value));
    return labelled(id, words, field);
  }

  function tick(id, words, value, take) {
    const box = make("input");
    Object.assign(box, { type: "checkbox", id, checked: value });
    box.addEventListener("change", () => take(box.checked));
    return make("label", "choice", box, words);
  }

  /* --- a tile ----------------------------------------------------------------------------------------- */

  const byName = (picture, queues) => queues.map((queue) => [queue, fw.boardTiles.nameOf(picture, queue)]).sort((a, b) => a[1].localeCompare(b[1]));
  const queuesOf = (picture) => byName(picture, Object.keys(picture.figures.queues));

  /* All fields of a tile; `change` takes what to do to it. */
  function fields(tile, change, picture) {
    const set = (key, options) => (value) => change((one) => { one[key] = value; }, options);
    return [...own(tile, change, picture, set),
      input("builder-tile-title", fw.t("Title (empty: its own)"), tile.title || "", (value) => set("title", { redraw: false })(value || null)),
      make("div", "builder-pair", size(tile, 0, fw.t("Wide"), change), size(tile, 1, fw.t("High"), change))];
  }

  function size(tile, part, words, change) {
    return select(`builder-size-${part}`, words, SIZES.map((one) => [one, one]), tile.size.split("x")[part], (value) => change((one) => {
      const parts = one.size.split("x");
      parts[part] = value;
      one.size = parts.join("x");
    }));
  }

  function own(tile, change, picture, set) {
    const queues = queuesOf(picture);
    switch (tile.kind) {
      case "queue": return [select("builder-queue", fw.t("Queue"), queues, tile.queue, set("queue"))];
      case "group": return [group(tile, change, queues)];
      case "channel": return [select("builder-channel", fw.t("Channel"), fw.channels.KNOWN.map((channel) => [channel, fw.channels.name(channel)]), tile.channel, set("channel"))];
      case "team": return [select("builder-team", fw.t("Team"), Object.keys(picture.figures.teams).sort().map((team) => [team, team]), tile.team, set("team"))];
      case "trend": return [
        select("builder-trend", fw.t("Of"), [["service_level", fw.t("Service level")], ["offered", fw.t("Offered")]], tile.figure, set("figure")),
        select("builder-queue", fw.t("Queue"), [["", fw.t("the floor")], ...queues], tile.queue || "", (value) => set("queue")(value || null))];
      case "text": return [input("builder-text", fw.t("Text"), tile.text, set("text", { redraw: false }), "long")];
      case "figure": return figure(tile, change, picture, set);
      default: return [];
    }
  }

  function group(tile, change, queues) {
    const boxes = queues.map(([queue, name]) => tick(`builder-in-${queue}`, name, tile.queues.includes(queue), (on) => change((one) => {
      one.queues = on ? [...one.queues, queue] : one.queues.filter((other) => other !== queue);
    })));
    return make("fieldset", "builder-group", make("legend", "", fw.t("Queues")), ...boxes);
  }

  function figure(tile, change, picture, set) {
    const names = Object.entries(fw.figureNames.names()), of = tile.queue ? `queue ${tile.queue}` : tile.channel ? `channel ${tile.channel}` : tile.team ? `team ${tile.team}` : "";
    const things = [["", fw.t("the floor")], ...queuesOf(picture).map(([queue, name]) => [`queue ${queue}`, name]),
      ...Object.keys(picture.figures.channels).map((channel) => [`channel ${channel}`, fw.t("channel {name}", { name: fw.channels.name(channel) })]),
      ...Object.keys(picture.figures.teams).map((team) => [`team ${team}`, fw.t("team {name}", { name: team })])];
    const take = (value) => change((one) => {
      ["queue", "channel", "team"].forEach((key) => { one[key] = null; });
      if (value) one[value.slice(0, value.indexOf(" "))] = value.slice(value.indexOf(" ") + 1);
    });
    return [
      select("builder-figure", fw.t("Figure"), names, tile.figure, set("figure")), select("builder-of", fw.t("Of"), things, of, take),
      select("builder-window", fw.t("Window"), WINDOWS.map((one) => [one, fw.format.window(one)]), tile.window, set("window")),
      limits(tile, change),
    ];
  }

  /* From where on it is bad: one side for both, the figure's own until another is chosen; a share is written in percent. */
  function limits(tile, change) {
    const share = fw.figureNames.isShare(tile.figure), given = tile.watch || tile.trouble;
    const side = (given ? fw.format.given(given.below) : fw.figureNames.isBadBelow(tile.figure)) ? "below" : "above";
    const shown = (limit) => (limit && fw.format.given(limit[side]) ? (share ? Math.round(limit[side] * 1e4) / 100 : limit[side]) : null);
    const put = (key, at) => (value) => change((one) => { one[key] = value === null ? null : { [at]: share ? value / 100 : value }; }, { redraw: false });
    const turn = (to) => change((one) => ["watch", "trouble"].forEach((key) => {
      const value = one[key] ? (fw.format.given(one[key].above) ? one[key].above : one[key].below) : null;
      one[key] = value === null ? null : { [to]: value };
    }));
    const told = { side };
    const sides = select("builder-side", fw.t("Bad when"), [["above", fw.t("above")], ["below", fw.t("below")]], side, (to) => { told.side = to; turn(to); });
    const unit = share ? " %" : tile.figure.endsWith("_s") ? " s" : "";
    return make("div", "builder-limits", sides,
      number("builder-watch", fw.t("Watch") + unit, shown(tile.watch), (value) => put("watch", told.side)(value)),
      number("builder-trouble", fw.t("Trouble") + unit, shown(tile.trouble), (value) => put("trouble", told.side)(value)));
  }

  /* Who saves: as in the alert centre, kept in this browser. */
  let unkept = "";
  fw.builderName = {
    get: () => { try { return localStorage.getItem("floorwatch.name") || unkept; } catch (e) { return unkept; } },
    set: (to) => { unkept = to; try { localStorage.setItem("floorwatch.name", to); } catch (e) { /* no storage here */ } },
  };
  fw.builderForm = { kinds, blank, fields, input, number, select, tick };
})();
