/* Times of day are told by the floor's clock: in the time zone of floor.yaml, which the frames tell, or
   in the viewer's own where that is asked for. All instants are milliseconds. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const NAME = "zone", OWN = "own", DAY_MS = 86400000, MINUTE_MS = 60000;
  const mine = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const SHAPES = {
    second: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
    minute: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
    day: { day: "numeric", month: "short" },
    date: { day: "numeric", month: "short", year: "numeric" },
    named: { day: "numeric", month: "long" },
    offset: { timeZoneName: "shortOffset" },
    parts: { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  };
  const made = new Map();
  let floor = null, own = chosen();

  function chosen() {
    const asked = fw.address.get(NAME);
    if (asked !== null) return asked === OWN;
    try { return localStorage.getItem("floorwatch." + NAME) === OWN; } catch (e) { return false; }
  }

  /* A formatter costs a millisecond to make, and is asked for twice a second. */
  function formatter(shape, zone) {
    const key = `${shape} ${zone}`;
    if (!made.has(key)) made.set(key, new Intl.DateTimeFormat(fw.locale, { ...SHAPES[shape], timeZone: zone }));
    return made.get(key);
  }

  /* The zone that times are told in; the browser's until a frame tells the floor's. */
  const zone = () => (own || floor === null ? mine : floor);

  function heard(picture) {
    if (!picture.time_zone || picture.time_zone === floor) return;
    try {
      formatter("minute", picture.time_zone);
      floor = picture.time_zone;
    } catch (e) { /* a zone that this browser has never heard of: its own, which is named */ }
  }

  const told = (shape) => (instant, where) => formatter(shape, where || zone()).format(instant);
  const clock = told("second"), minute = told("minute"), day = told("day"), date = told("date"), dayOf = told("named");

  /* Today its time, 09:42, and on another day of the floor 2 Mar 09:42; never broken over lines. */
  function moment(instant, shape = minute) {
    const now = fw.freshness.floorNow() || Date.now(), time = shape(instant);
    return (date(instant) === date(now) ? time : `${day(instant)} ${time}`).replaceAll(" ", "\u00a0");
  }

  /* With its day in any case, and its year where that is not this one: 2 Mar 09:42, 2 Mar 2020 09:42. */
  function dated(instant, now = fw.freshness.floorNow() || Date.now()) {
    const year = (one) => new Date(wall(one)).getUTCFullYear();
    return `${(year(instant) === year(now) ? day : date)(instant)} ${minute(instant)}`.replaceAll(" ", "\u00a0");
  }

  /* «New York», and «UTC» as it is. */
  function place(where = zone()) {
    return where.slice(where.lastIndexOf("/") + 1).replaceAll("_", " ");
  }

  function offset(instant, where = zone()) {
    return formatter("offset", where).formatToParts(instant).find((part) => part.type === "timeZoneName").value;
  }

  /* What a clock there shows, as if it were UTC: its distance from the instant is the zone's offset. */
  function wall(instant) {
    const parts = Object.fromEntries(formatter("parts", zone()).formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
  }

  /* The instant at which the clock shows «2026-03-03T14:30», and what it shows at one. */
  function at(text) {
    const shown = Date.parse(`${text}Z`), first = shown - (wall(shown) - shown);
    // The offset then may be another than at the guess.
    return first + shown - wall(first);
  }
  const written = (instant) => new Date(wall(instant)).toISOString().slice(0, 19);
  /* The day that a calendar there shows, as 2026-03-02, and the minute of it that a clock does. */
  function placed(instant) {
    const shown = wall(instant);
    return { day: new Date(shown).toISOString().slice(0, 10), minute: Math.floor((shown % DAY_MS) / MINUTE_MS) };
  }

  /* The instant at which they show that. */
  function instantOf(dayThere, minuteThere) {
    const shown = Date.parse(dayThere) + minuteThere * MINUTE_MS, first = shown - (wall(shown) - shown);
    // The offset then may be another than that hours before or after.
    return first + shown - wall(first);
  }

  /* The next instant at which the clock shows «14:30». */
  function upcoming(text, now = Date.now()) {
    const [hours, minutes] = text.split(":").map(Number), today = Math.floor(wall(now) / DAY_MS) * DAY_MS;
    const shown = (days) => today + days * DAY_MS + (hours * 60 + minutes) * MINUTE_MS;
    const at = (days) => {
      const first = shown(days) - (wall(now) - Math.floor(now / 1000) * 1000);
      // The offset then may be another than now's.
      return first + shown(days) - wall(first);
    };
    return at(0) > now ? at(0) : at(1);
  }

  function turn() {
    own = !own;
    fw.address.set({ [NAME]: own ? OWN : null });
    try { localStorage.setItem("floorwatch." + NAME, own ? OWN : "floor"); } catch (e) { /* no storage here */ }
    show(fw.freshness.floorNow());
  }

  /* The clock in the head: what is shown, in whose zone, and on which day if not today. */
  function show(instant) {
    const head = document.getElementById("clock");
    if (!head || instant === null) return;
    const { text, part, attribute } = fw.dom, today = date(instant) === date(Date.now());
    const elsewhere = floor !== null && floor !== mine;
    text(part(head, "time"), clock(instant));
    const named = own && elsewhere ? fw.t("your time, {place}", { place: place() }) : place();
    text(part(head, "zone"), today ? named : `${date(instant)} · ${named}`);
    // On paper the day is told in any case.
    attribute(part(head, "zone"), "data-day", today ? date(instant) : "");
    const zoned = { zone: zone(), offset: offset(instant) };
    if (!elsewhere) attribute(head, "title", fw.t("The floor's time: {zone} ({offset})", zoned));
    else if (own) attribute(head, "title", fw.t("Your own time: {zone} ({offset}). Press for the floor's", zoned));
    else attribute(head, "title", fw.t("The floor's time: {zone} ({offset}). Press for your own", zoned));
    if (head.disabled === elsewhere) head.disabled = !elsewhere;
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest && event.target.closest("#clock")) turn();
  });
  fw.times = { heard, zone, clock, minute, dayOf, moment, dated, place, placed, instantOf, upcoming, at, written, show };
})();
