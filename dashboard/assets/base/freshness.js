/* How old the figures are, said beside the clock, in words once it matters, and in grey once they
   are no longer the present. Age is what the frame says of itself plus the time since it came. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const STALE_S = 5, LOST_S = 15, TICK_MS = 500;
  const MARKS = { loading: "…", waiting: "○", live: "●", past: "◀", stale: "◆", lost: "✕" };
  const followers = [];
  let openedAt = moment();
  let picture = null, trust = null, came = null, broken = null, past = null, still = null;

  /* Two clocks, and the longer answer: one stops while a machine sleeps, the other can be set. */
  function moment() {
    return { steady: performance.now(), wall: Date.now() };
  }
  function since(then) {
    return Math.max(performance.now() - then.steady, Date.now() - then.wall, 0) / 1000;
  }

  function heard(frame) {
    broken = frame.state === "broken" ? frame.reason : null;
    past = frame.past || null;
    if (frame.picture) {
      picture = frame.picture;
      fw.times.heard(picture);
      trust = frame.trust;
      came = moment();
    }
  }

  /* What is shown from now on is of another time: nothing is known of that. */
  function forget() {
    picture = trust = came = broken = past = null;
    openedAt = moment();
  }

  function told() {
    return picture.freshness.age_s === null ? null : picture.freshness.age_s + since(came);
  }

  /* Whether the screen could not draw what it was told, since when. */
  function undrawn(is) {
    still = is ? still || moment() : null;
  }

  function level() {
    if (still) return "lost";
    if (!picture) return "loading";
    const age = told();
    if (age === null) return fw.noEvents(picture) ? "waiting" : "stale";
    // Figures of the past are not fresh, however lately they were told.
    return age > LOST_S ? "lost" : past && age <= STALE_S ? "past" : age > STALE_S || trust.warning ? "stale" : "live";
  }

  /* What has passed on the floor since the frame, for what counts up by itself; a figure that is
     no longer known to be the present stands still, as of its frame. */
  function passed() {
    const { silent, partitions } = picture ? picture.freshness : { silent: [], partitions: 0 };
    if (!came || level() === "lost" || (partitions && silent.length === partitions)) return 0;
    return Math.min(since(came), STALE_S) * picture.speed;
  }

  function ageText(state) {
    if (still) return fw.t("stale · {span}", { span: span(since(still)) });
    if (state === "loading") return broken || fw.past.outside() ? fw.t("no figures") : fw.t("connecting");
    const age = told();
    if (age === null) return state === "waiting" ? fw.t("waiting for events") : fw.t("no news yet");
    if (state === "past") return fw.t("as of {time}", { time: clock(floorNow()) });
    if (age <= STALE_S && trust.age) return fw.said(trust.said.age, trust.age);
    if (state === "live") return fw.t("live · {n} s", { n: fw.format.tenths(age) });
    return state === "stale" ? fw.t("stale · {span}", { span: span(age) }) : fw.t("no news · {span}", { span: span(age) });
  }

  function span(seconds) {
    return seconds < 120 ? fw.format.span(seconds) : fw.format.plain(fw.format.duration(seconds));
  }

  function bannerText(state) {
    if (still) return fw.t("This screen cannot draw what it is told: its figures stand still. Load the page anew.");
    if (state === "loading") {
      const waited = since(openedAt);
      // Of what is being read the bar tells.
      if ((past && !past.ready) || fw.past.outside()) return "";
      if (broken) return fw.t("No figures: {cause}. They appear by themselves.", { cause: broken });
      return waited > STALE_S ? fw.t("No connection to the dashboard for {span}. Still trying.", { span: span(waited) }) : "";
    }
    const age = told();
    const cause = broken ? fw.t("Cause: {cause}.", { cause: broken }) : "";
    if (state === "lost") {
      return fw.format.sentences(noNews(age), fw.t("Figures are as of {time}.", { time: clock(asOf()) }), cause);
    }
    const behind = trust.warning ? fw.format.sentence(fw.said(trust.said.warning, trust.warning)) : "";
    return fw.format.sentences(partlyTold(state, age), behind, cause && fw.t("The figures stand still."), cause);
  }

  function partlyTold(state, age) {
    if (age === null && state === "stale") return fw.t("Part of the floor has not reported yet.");
    return picture.freshness.silent.length ? noNews(age > STALE_S ? age : null) : "";
  }

  /* `age` is for how long there was none, where that is worth a word. */
  function noNews(age) {
    const silent = picture.freshness.silent.length, all = picture.freshness.partitions;
    const told = { silent, all, span: age === null ? "" : span(age) };
    if (silent && silent < all) {
      return age === null
        ? fw.t("Part of the floor is silent ({silent} of {all} partitions): no news from it.", told)
        : fw.t("Part of the floor is silent ({silent} of {all} partitions): no news from it for {span}.", told);
    }
    return age === null ? fw.t("No news from the stream.") : fw.t("No news from the stream for {span}.", told);
  }

  function asOf() {
    return Date.parse(picture.freshness.known_until || picture.figures.as_of);
  }

  const clock = (instant) => fw.times.clock(instant);

  function show() {
    const age = document.getElementById("age");
    if (!age) return;
    const { text, part } = fw.dom, state = level();
    document.documentElement.dataset.fresh = state;
    // What will not come for now has no place kept for it.
    fw.dom.attribute(document.documentElement, "data-figures", state === "loading" && broken ? "none" : null);
    text(part(age, "mark"), MARKS[state]);
    text(part(age, "text"), ageText(state));
    const banner = document.getElementById("banner"), said = banner ? bannerText(state) : "";
    if (banner) {
      banner.hidden = !said;
      text(banner, said);
    }
    if (picture) {
      fw.times.show(floorNow());
      const replay = document.getElementById("replay");
      // Of a drill the band says so, and of the past its bar.
      replay.hidden = picture.speed === 1 || Boolean(picture.drill) || Boolean(past);
      text(replay, picture.speed ? fw.t("replay {speed}×", { speed: picture.speed }) : fw.t("replay paused"));
    }
  }

  function tick() {
    show();
    followers.forEach((follower) => follower(passed()));
  }

  /* What is known of the frames themselves: how long none came, since when there is one; and of which
     time of the floor the figures are. */
  function frames() {
    return { broken, trust, silent_s: since(came || openedAt), as_of: came && asOf() };
  }

  /* The floor's time by now, in milliseconds; null while nothing is known of it. */
  function floorNow() {
    return picture ? Date.parse(picture.figures.as_of) + passed() * 1000 : null;
  }

  setInterval(tick, TICK_MS);
  fw.freshness = {
    heard, forget, undrawn, tick, frames, floorNow, passed, span, clock, moment, since, STALE_S, LOST_S,
    /* Called at every tick, with what passed on the floor since the frame. */
    follow: (follower) => followers.push(follower),
    unfollow: (follower) => { const at = followers.indexOf(follower); if (at >= 0) followers.splice(at, 1); },
  };
})();
