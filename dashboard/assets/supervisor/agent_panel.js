/* An agent open beside the table: how it goes for this person, with whom, for which queues. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const EVERY_MS = 2000;

  function open(agent) {
    const made = { agent, since: null };
    const none = fw.beside.none(), figures = tiles(made), strain = fw.dom.make("p", "agent-strain"), hand = atHand(made), queues = fw.dom.make("div", "agent-queues");
    const sections = [none, figures.element, fw.beside.section(fw.t("Strain: an indication for caring, never a ranking"), strain).element, hand.element, fw.beside.section(fw.t("Its queues"), queues).element];
    sections.slice(1).forEach((one) => { one.hidden = true; });
    const stop = fw.polling.start("/api/v1/agents", EVERY_MS, (told) => {
      const one = told.agents.find((each) => each.agent === agent);
      none.hidden = Boolean(one);
      sections.slice(1).forEach((each) => { each.hidden = !one; });
      hand.follow(Boolean(one));
      if (one) show(made, one, told, { figures, strain, queues });
      else { fw.dom.text(none, fw.t("No agent named {name} on this floor.", { name: agent })); fw.beside.titled(agent, { mark: "–", word: "", state: null, why: "" }); }
    }, (error) => {
      sections.slice(1).forEach((each) => { each.hidden = true; });
      fw.beside.titled(agent, { mark: "–", word: "", state: null, why: "" });
      none.hidden = false;
      fw.dom.text(none, fw.t("The agents are not told: {why}.", { why: error.message }));
    });
    const tick = () => count(made, figures);
    fw.freshness.follow(tick);
    return { sections, draw: null, stop: () => { stop(); hand.stop(); fw.freshness.unfollow(tick); } };
  }

  const behind = (made, ...of) => () => fw.contactsList.open({ title: made.agent, of, agent: made.agent });

  function tiles(made) {
    return fw.beside.figures([
      { name: "lasting", label: fw.t("In state") },
      { name: "handled", label: fw.t("Handled"), behind: behind(made, "handled", "transferred_out", "declined") },
      { name: "aht", label: fw.t("AHT"), behind: behind(made, "handled") },
      { name: "csat", label: fw.t("CSAT"), behind: behind(made, "csat_n", "csat_top") },
      { name: "occupancy", label: fw.t("Occupancy") },
    ]);
  }

  /* What it has at hand, by the same list as a queue's contacts; of who is not there nobody is asked. */
  function atHand(made) {
    const none = fw.beside.none(), table = fw.contactRows.make(fw.t("With these contacts"), ["agent", "due", "since", "channel", "priority"]), section = fw.beside.section(fw.t("With these contacts"), none, table.element);
    const held = {};
    let stops = [];
    const start = () => ["in_conversation", "on_hold", "wrapping"].map((of) => fw.polling.start(`/api/v1/contacts?${new URLSearchParams({ of, agent: made.agent, most: "20" })}`, EVERY_MS, (told) => {
      held[of] = told.contacts;
      const all = Object.values(held).flat();
      fw.contactRows.draw(table, all);
      table.element.hidden = !all.length;
      none.hidden = all.length > 0;
      fw.dom.text(none, fw.t("With nobody just now."));
    }, (error) => {
      delete held[of];
      fw.contactRows.draw(table, []);
      table.element.hidden = true;
      none.hidden = false;
      fw.dom.text(none, fw.t("The contacts are not told: {why}.", { why: error.message }));
    }));
    const stop = () => stops.splice(0).forEach((one) => one());
    const follow = (there) => { if (!there) stop(); else if (!stops.length) stops = start(); };
    return { element: section.element, follow, stop };
  }

  function show(made, one, told, { figures, strain, queues }) {
    const { count: whole, share, duration, csat } = fw.format, put = fw.beside.put, { cells } = figures;
    const word = fw.agentWords.state(one.state, one.reason), tense = fw.agentWords.strain(one.strain), window_ = fw.format.window(told.window);
    fw.beside.titled(one.agent, { mark: word.mark, word: word.word, state: null, why: one.team ? fw.t("Team {team}", { team: one.team }) : "" });
    made.since = one.since ? Date.parse(one.since) : null;
    const shown = csat({ csat_n: one.csat_n, csat_top: Math.round((one.csat_score || 0) * (one.csat_n || 0)) }, one);
    put(cells.handled, whole(one.handled), window_);
    put(cells.aht, duration(one.average_handle_time_s), window_);
    put(cells.csat, shown.value, shown.note);
    put(cells.occupancy, share(one.occupancy), window_);
    const marked = fw.liveGrid.marked(tense.mark, tense.word);
    marked.dataset.state = tense.tone;
    strain.replaceChildren(marked, fw.dom.make("span", "note", tense.why));
    draw(queues, one.queues || []);
    count(made, figures);
  }

  function draw(place, names) {
    const key = names.join("\n");
    if (place.dataset.drawn === key) return;
    place.dataset.drawn = key;
    const picture = (fw.alertStrip.newest() || {}).picture;
    place.replaceChildren(...names.map((queue) => {
      const button = fw.dom.make("button", "action", picture && picture.labels[queue] ? picture.labels[queue].name : queue);
      button.type = "button";
      button.addEventListener("click", () => fw.supervisor.openQueue(queue));
      return button;
    }));
    if (!names.length) place.replaceChildren(fw.beside.none(fw.t("In no queue.")));
  }

  function count(made, figures) {
    const now = fw.freshness.floorNow();
    fw.beside.put(figures.cells.lasting, made.since === null || now === null ? fw.format.DASH : fw.format.duration((now - made.since) / 1000), "");
  }

  fw.agentPanel = { open };
})();
