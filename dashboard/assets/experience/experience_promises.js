/* Promises to call back: what became of those that fell due, and the open ones counting down by the
   floor's clock. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const SHOWN = 8, CONTACT_MOST = 19;
  let open = [], known = false;

  function draw(told) {
    open = told.promises.slice(0, SHOWN);
    known = true;
    kept(told);
    countDown();
    const more = told.total - open.length, place = document.getElementById("promises-more");
    place.hidden = more <= 0;
    fw.dom.text(place, fw.tn("{n} more is open.", "{n} more are open.", more));
  }

  /* On the way to another time it is not known which are open there. */
  function forget() {
    fw.table.draw("experience-promises", open = []);
    document.getElementById("experience-promises").nextElementSibling.hidden = true;
    known = false;
    fw.dom.text(document.getElementById("promises-kept"), "");
    document.getElementById("promises-more").hidden = true;
  }

  function kept(told) {
    const number = (value) => fw.experienceScores.number(value), place = document.getElementById("promises-kept");
    const values = { kept: number(told.kept), due: number(told.due), broken: number(told.broken) };
    fw.dom.text(place, told.due ? fw.t("{kept} kept and {broken} broken of {due} that fell due.", values) : fw.t("None fell due in this window."));
    fw.dom.attribute(place, "data-state", told.broken ? "watch" : null);
  }

  /* At each tick of the clock, from when each is due and what time it is on the floor. */
  function countDown() {
    const now = fw.freshness.floorNow();
    document.getElementById("promises-all").hidden = !known || open.length < SHOWN;
    if (now === null || !known) return;
    fw.table.draw("experience-promises", open.map((one, index) => {
      const left_s = (Date.parse(one.due) - now) / 1000, overdue = left_s < 0;
      const [state, mark, word] = overdue ? ["trouble", "▲", fw.t("Overdue")] : left_s < 300 ? ["watch", "◆", fw.t("Soon due")] : ["on_target", "●", fw.t("Open")];
      const length = fw.format.plain(fw.format.duration(Math.abs(left_s)));
      return {
        // One contact may have been promised a call twice.
        key: `${one.contact} ${one.due} ${index}`, state,
        cells: { state: { mark, word }, left: overdue ? fw.t("overdue by {time}", { time: length }) : length, queue: one.label },
        values: { contact: one.contact },
      };
    }));
    document.querySelectorAll('#experience-promises tbody [data-column="contact"]:empty').forEach((cell) => {
      const { contact } = open[cell.parentElement.sectionRowIndex], end = fw.dom.tail(fw.dom.ending(contact, CONTACT_MOST));
      end.title = contact;
      cell.append(end);
    });
  }

  /* All that are open stand in the list behind their number. */
  document.addEventListener("click", ({ target }) => {
    if (target.id !== "promises-all") return;
    fw.contactsList.open({ title: document.getElementById("experience-promises-caption").textContent, of: ["callbacks_open", "callbacks_overdue"] });
  });

  fw.experiencePromises = { draw, countDown, forget };
})();
