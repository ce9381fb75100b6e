/* Which board is seen: the one that the address names, or none, which is the wall of all queues. Whole
   boards are asked for when they are needed, and anew when the frames say that one changed. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const AGAIN_MS = 5000;
  let board = null, kept = null, loaded = null, version = null, problem = "", draft = null, drawn = () => {};

  const name = () => fw.address.get("board");
  const building = () => fw.address.get("build") === "1" && !fw.pager.kiosk();

  /* Whether a board is to be seen, whether or not it is here yet. */
  const wanted = () => name() !== null || building();

  async function load() {
    const asked = name();
    if (asked === null) { board = kept = loaded = null; problem = ""; return; }
    loaded = asked;
    try {
      const told = await fw.http.get(`/api/v1/boards/${encodeURIComponent(asked)}`);
      if (asked !== name()) return;
      kept = told;
      board = told.board;
      problem = "";
    } catch (error) {
      if (asked !== name()) return;
      if (error.status === 404 || error.status === 422) { board = kept = null; problem = fw.t("There is no board called {name}.", { name: asked }); }
      // What was shown goes on being shown.
      else setTimeout(() => { if (loaded === asked) loaded = null; }, AGAIN_MS);
    }
    drawn();
  }

  /* What a frame says of boards. */
  function heard(frame) {
    const told = frame.screens ? frame.screens.boards : 0;
    const changed = version !== null && told !== version;
    version = told;
    if (name() !== loaded || (changed && name() !== null)) load();
  }

  /* The board as it is being built, in the place of the kept one. */
  function use(told) {
    draft = told;
    drawn();
  }

  const current = () => (building() && draft ? draft : board);

  fw.boards = { name, building, wanted, heard, use, load, current, kept: () => kept, problem: () => problem, whenChanged: (follower) => { drawn = follower; } };
})();
