/* The thanks of the day: how many, and as far as the board lets it be told, to whom. Without a board
   only how many. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  // Who reads them from the log has them a moment after the wall has counted the event.
  const EVERY_MS = 60000, SOON_MS = 1500, TEAMS_EVERY_MS = 600000, NAMED_MAX = 6, EVENT = "recognition.given";
  let told = null, asked = -Infinity, before = null, events = null, teamOf = {}, teamsAsked = -Infinity;

  /* What is known; asked for now and then while somebody shows it, and when a frame has counted more. */
  function known(frame) {
    const at = performance.now(), counted_ = frame.picture.events_by_type[EVENT] || 0;
    if (events !== null && counted_ !== events) asked = Math.min(asked, at - EVERY_MS + SOON_MS);
    events = counted_;
    if (at - asked >= EVERY_MS) { asked = at; ask(); }
    return told;
  }

  async function ask() {
    try {
      const answer = await fw.http.get("/api/v1/experience/thanks?window=today");
      // The newest are told one by one; where there are more, how many each had is not known.
      told = { count: answer.total, agents: counted(answer.thanks.map((one) => one.agent)), whole: !answer.more, newest: answer.thanks.length ? answer.thanks[0].agent : null };
    } catch (error) {
      // A dashboard that cannot tell of thanks says nothing of them.
      told = null;
    }
  }

  /* Who is in which team is asked for only where a board tells of teams, and seldom: it is long. */
  function teams(agents) {
    const at = performance.now();
    if (at - teamsAsked >= TEAMS_EVERY_MS) { teamsAsked = at; askTeams(); }
    return counted(Object.entries(agents).flatMap(([agent, count]) => (teamOf[agent] ? Array(count).fill(teamOf[agent]) : [])));
  }

  async function askTeams() {
    try {
      const { agents } = await fw.http.get("/api/v1/floor?window=5m&agents=1");
      teamOf = Object.fromEntries(Object.entries(agents || {}).map(([agent, one]) => [agent, one.team]));
    } catch (error) {
      // Asked for again when its time comes: all walls at each frame would be too much.
    }
  }

  function counted(names) {
    const counts = {};
    names.forEach((name) => { counts[name] = (counts[name] || 0) + 1; });
    return counts;
  }

  const most = (counts) => Object.entries(counts).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));

  /* To whom, in words; nobody's name who is not among the board's own. */
  function whom({ agents, whole }, board) {
    const how = board ? board.thanks : "count";
    const named = () => most(agents).filter(([agent]) => agent in board.names).map(([agent, count]) => [board.names[agent], count]);
    const listed = how === "names" ? named() : how === "teams" ? most(teams(agents)) : [];
    return listed.slice(0, NAMED_MAX).map(([name, count]) => (whole && count > 1 ? `${name} ${count}` : name)).join(", ");
  }

  /* The line along the foot; empty where there is nothing to tell. */
  function line(board, frame) {
    // At a desk the wall of all queues asks for nothing more than its frames.
    if (board ? board.thanks === "none" : !fw.pager.kiosk()) return "";
    const known_ = known(frame);
    if (!known_ || !known_.count) return "";
    const to = whom(known_, board);
    const words = fw.tn("{n} thank-you today", "{n} thank-yous today", known_.count);
    return to ? fw.t("{thanks}: {names}", { thanks: words, names: to }) : words;
  }

  /* Whether there are more than when this was last asked. */
  function more() {
    const count = told ? told.count : null, grown = before !== null && count !== null && count > before;
    before = count === null ? before : count;
    return grown;
  }

  /* What is said of the newest one for a moment, as far as the board lets it. */
  function news(board) {
    const how = board ? board.thanks : "count", agent = told && told.newest;
    if (how === "names" && agent in board.names) return fw.t("Somebody just thanked {name}", { name: board.names[agent] });
    if (how === "teams" && teamOf[agent]) return fw.t("Somebody just thanked the team {team}", { team: teamOf[agent] });
    return fw.t("Somebody was just thanked");
  }

  fw.thanks = { known, whom, line, more, news };
})();
