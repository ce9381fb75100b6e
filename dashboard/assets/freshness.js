/* How old the figures are, said beside the clock, in words once it matters, and in grey once they
   are no longer the present. Age is what the frame says of itself plus the time since it came. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const STALE_S = 5, LOST_S = 15, TICK_MS = 250;
  const MARKS = { loading: "…", waiting: "○", live: "●", stale: "◆", lost: "✕" };
  const openedAt = moment();
  const followers = [];
  let picture = null, trust = null, came = null, broken = null;

  /* Two clocks, and the longer answer: one stops while a machine sleeps, the other can be set. */
  function moment() {
    return { steady: performance.now(), wall: Date.now() };
  }
  function since(then) {
    return Math.max(performance.now() - then.steady, Date.now() - then.wall, 0) / 1000;
  }

  function heard(frame) {
    broken = frame.state === "broken" ? frame.reason : null;
    if (frame.picture) {
      picture = frame.picture;
      trust = frame.trust;
      came = moment();
    }
  }

  function told() {
    return picture.freshness.age_s === null ? null : picture.freshness.age_s + since(came);
  }

  function level() {
    if (!picture) return "loading";
    const age = told();
    if (age === null) return fw.noEvents(picture) ? "waiting" : "stale";
    // Figures of the past are not fresh, however lately they were told.
    return age > LOST_S ? "lost" : age > STALE_S || trust.warning ? "stale" : "live";
  }

  /* What has passed on the floor since the frame, for what counts up by itself; a figure that is
     no longer known to be the present stands still, as of its frame. */
  function passed() {
    const { silent, partitions } = picture ? picture.freshness : { silent: [], partitions: 0 };
    if (!came || level() === "lost" || (partitions && silent.length === partitions)) return 0;
    return Math.min(since(came), STALE_S) * picture.speed;
  }

  function ageText(state) {
    if (state === "loading") return broken ? "no figures" : "connecting";
    const age = told();
    if (age === null) return state === "waiting" ? "waiting for events" : "no news yet";
    if (age <= STALE_S && trust.age) return trust.age;
    if (state === "live") return `live · ${age.toFixed(1)} s`;
    return state === "stale" ? `stale · ${span(age)}` : `no news · ${span(age)}`;
  }

  function span(seconds) {
    return seconds < 120 ? `${Math.floor(seconds)} s` : fw.format.plain(fw.format.duration(seconds));
  }

  function bannerText(state) {
    if (state === "loading") {
      const waited = since(openedAt);
      if (broken) return `No figures: ${broken}. They appear by themselves.`;
      return waited > STALE_S ? `No connection to the dashboard for ${span(waited)}. Still trying.` : "";
    }
    const age = told();
    const cause = broken ? ` Cause: ${broken}.` : "";
    if (state === "lost") {
      return `${noNews()} for ${span(age)}. Figures are as of ${clock(asOf())}.${cause}`;
    }
    const behind = trust.warning ? fw.format.sentence(trust.warning) : "";
    return [partlyTold(state, age), behind, cause && `The figures stand still.${cause}`].filter(Boolean).join(" ");
  }

  function partlyTold(state, age) {
    if (age === null && state === "stale") return "Part of the floor has not reported yet.";
    return picture.freshness.silent.length ? `${noNews()}${age > STALE_S ? " for " + span(age) : ""}.` : "";
  }

  function noNews() {
    const silent = picture.freshness.silent.length, all = picture.freshness.partitions;
    if (silent && silent < all) {
      return `Part of the floor is silent (${silent} of ${all} partitions): no news from it`;
    }
    return "No news from the stream";
  }

  function asOf() {
    return Date.parse(picture.freshness.known_until || picture.figures.as_of);
  }

  const timeOf = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const dayOf = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
  const zoneOf = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" });
  const clock = (instant) => timeOf.format(instant);

  function zone(instant) {
    const name = zoneOf.formatToParts(instant).find((part) => part.type === "timeZoneName").value;
    const day = dayOf.format(instant);
    return day === dayOf.format(Date.now()) ? name : `${day} · ${name}`;
  }

  function show() {
    const age = document.getElementById("age");
    if (!age) return;
    const { text, part } = fw.dom, state = level();
    document.documentElement.dataset.fresh = state;
    text(part(age, "mark"), MARKS[state]);
    text(part(age, "text"), ageText(state));
    const banner = document.getElementById("banner"), said = banner ? bannerText(state) : "";
    if (banner) {
      banner.hidden = !said;
      text(banner, said);
    }
    if (picture) {
      const instant = Date.parse(picture.figures.as_of) + passed() * 1000;
      text(part(document.getElementById("clock"), "time"), clock(instant));
      text(part(document.getElementById("clock"), "zone"), zone(instant));
      const replay = document.getElementById("replay");
      replay.hidden = picture.speed === 1;
      text(replay, `replay ${picture.speed}×`);
    }
  }

  function tick() {
    show();
    followers.forEach((follower) => follower(passed()));
  }

  /* What is known of the frames themselves: how long none came, since when there is one. */
  function frames() {
    return { broken, trust, silent_s: since(came || openedAt), came_at: came && came.wall };
  }

  setInterval(tick, TICK_MS);
  fw.freshness = {
    heard, tick, frames, span, clock, STALE_S, LOST_S,
    /* Called at every tick, with what passed on the floor since the frame. */
    follow: (follower) => followers.push(follower),
  };
})();
