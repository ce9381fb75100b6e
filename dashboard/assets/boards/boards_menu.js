/* All boards, and what can be done with the one that is seen: built, shown on a TV, let go of. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});

  let listed = [];

  const place = () => document.getElementById("boards-menu");

  /* An address of the wall; what holds for all screens goes along. */
  function way(wanted) {
    const address = new URL(fw.address.link("/"), location.href), theme = fw.address.get("theme");
    Object.entries({ ...(theme ? { theme } : {}), ...wanted }).forEach(([name, value]) => address.searchParams.set(name, value));
    return address.pathname + address.search;
  }

  async function open() {
    const { make } = fw.dom, list = make("ul", "boards-list"), problem = make("p", "problem"), buttons = make("div", "dialog-buttons");
    problem.hidden = true;
    place().replaceChildren(make("h2", "", fw.t("Boards")), list, problem, buttons);
    buttons.append(...actions());
    place().showModal();
    list.append(entry({ href: way({}), title: fw.t("All queues, worst first"), small: "", here: !fw.boards.wanted() }));
    try {
      listed = (await fw.http.get("/api/v1/boards")).boards;
      listed.forEach((one) => list.append(entry({ href: way({ board: one.name }), title: one.title, small: about(one), here: one.name === fw.boards.name() })));
    } catch (error) {
      problem.hidden = false;
      fw.dom.text(problem, fw.format.sentence(error.message));
    }
  }

  /* For others that lead to boards: which there are, as they were last told. */
  async function ask() {
    try { listed = (await fw.http.get("/api/v1/boards")).boards; } catch (error) { /* those that are known */ }
  }

  function about(one) {
    const pages = fw.tn("{n} page", "{n} pages", one.pages);
    const from = one.by === "file" ? fw.t("from a file") : fw.t("saved by {name}", { name: one.by });
    return [one.name, pages, from].join(" · ");
  }

  function entry({ href, title, small, here }) {
    const { make, attribute } = fw.dom, link = make("a", "", make("span", "", title));
    if (small) link.append(make("small", "", small));
    link.href = href;
    attribute(link, "aria-current", here ? "page" : null);
    return make("li", "", link);
  }

  function actions() {
    const seen = fw.boards.name(), shown = seen ? { board: seen } : {};
    return [
      link(seen ? fw.t("Change this board") : fw.t("New board"), way({ ...shown, build: "1" })),
      ...(seen ? [link(fw.t("New board"), way({ build: "1" }))] : []),
      link(fw.t("For a TV"), way({ ...shown, kiosk: "1" })),
      closing(),
    ];
  }

  function link(words, href) {
    const made = fw.dom.make("a", "action", words);
    made.href = href;
    return made;
  }

  function closing() {
    const button = fw.dom.make("button", "action", fw.t("Close"));
    button.type = "button";
    button.addEventListener("click", () => place().close());
    return button;
  }

  // The page is drawn later than this is read.
  document.addEventListener("click", (event) => { if (event.target.closest("#boards-open")) open(); });
  fw.boardsMenu = { way, ask, known: () => listed };
})();
