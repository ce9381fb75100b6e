/* Customers' own words, and thanks. Comments are shown to whoever has told the key; it is asked for
   once, and the browser keeps a cookie that no script can read. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const MOST = 50;
  const BY = () => ({ customer: fw.t("a customer"), peer: fw.t("a colleague"), supervisor: fw.t("a supervisor") });
  let state = null, away = false, drawn = { comments: "", thanks: "" };

  /* Asked for only by who may read them: a refusal would stand in the browser's console. */
  async function ask(query, still) {
    const told = await fw.http.get(`${fw.experience.BASE}/right`).catch(() => null);
    if (!told || !still()) return;
    right(!told.key_set ? "unset" : told.may_read ? "shown" : "asked");
    if (!told.may_read) { drawComments({ comments: [] }); return; }
    // What fails is said above all of the screen; what stands here stays.
    const words = await fw.http.get(`${fw.experience.BASE}/comments${query([], { most: MOST })}`);
    if (still() && !away) drawComments(words);
  }

  /* Why there is nothing to read, or how to leave. */
  function right(next) {
    if (state === next) return;
    state = next;
    const place = document.getElementById("comments-right");
    if (next === "asked") place.replaceChildren(form());
    else if (next === "unset") place.replaceChildren(fw.dom.make("p", "sheet-note", fw.t("Comments are personal data and shown to nobody here: the operator has set no key. Set FLOORWATCH_COMMENTS_KEY to let those read them who know it.")));
    else place.replaceChildren(leave());
  }

  function form() {
    const { make } = fw.dom;
    const field = make("input", "field"), told = make("p", "problem");
    field.type = "password";
    field.autocomplete = "off";
    field.required = true;
    field.maxLength = 1000;
    told.setAttribute("role", "alert");
    const button = make("button", "action is-main", fw.t("Show comments"));
    button.type = "submit";
    const made = make("form", "comments-form",
      make("p", "sheet-note", fw.t("Comments are personal data. They are shown to whoever has the key that the operator set.")),
      make("label", "labelled", fw.t("Key"), field), button, told);
    made.addEventListener("submit", async (event) => {
      event.preventDefault();
      fw.dom.text(told, "");
      try {
        await fw.http.post(`${fw.experience.BASE}/key`, { key: field.value });
        fw.experience.ask();
      } catch (error) {
        fw.dom.text(told, error.status === 401 ? fw.t("That is not the key.") : fw.format.sentence(error.message));
        field.select();
      }
    });
    return made;
  }

  function leave() {
    const button = fw.dom.make("button", "action", fw.t("Hide comments in this browser"));
    button.type = "button";
    button.addEventListener("click", async () => {
      // Whoever hides them is believed at once; the key itself may stay, which has to be said.
      away = true;
      drawn.comments = "";
      document.getElementById("comments").replaceChildren();
      try {
        await fw.http.post(`${fw.experience.BASE}/key/forget`);
        away = false;
        fw.experience.ask();
      } catch (error) {
        fw.toasts.note(fw.t("The key could not be taken back, and a page loaded anew shows the comments again: {why}.", { why: error.message }), "watch");
      }
    });
    return button;
  }

  function drawComments(told) {
    const key = JSON.stringify(told.comments);
    if (drawn.comments === key) return;
    drawn.comments = key;
    const none = state === "shown" && !told.comments.length;
    document.getElementById("comments").replaceChildren(...(none ? [line(fw.t("No comment yet."))] : told.comments.map(comment)));
  }

  function comment(one) {
    const { make } = fw.dom;
    const said = make("p", "said", one.comment);
    // In whatever language the customer writes.
    said.dir = "auto";
    const facts = [
      fw.format.moment(one.at), one.label, fw.channels.name(one.channel),
      one.csat === null ? null : fw.t("CSAT {score} of 5", { score: one.csat }),
      one.resolved === null ? null : one.resolved ? fw.t("resolved") : fw.t("not resolved"),
      one.pain_point && fw.experienceScores.pain(one.pain_point),
      one.agent,
    ];
    return line(said, make("p", "facts", facts.filter(Boolean).join(" · ")));
  }

  function drawThanks(told) {
    const key = JSON.stringify([told.thanks, told.total]);
    if (drawn.thanks === key) return;
    drawn.thanks = key;
    const by = BY();
    fw.dom.text(document.getElementById("thanks-total"), fw.tn("{n} person was thanked.", "{n} times somebody was thanked.", told.total));
    document.getElementById("thanks").replaceChildren(...told.thanks.map((one) => {
      const { make } = fw.dom;
      const parts = [make("p", "said", fw.t("{agent} was thanked by {who}", { agent: one.agent, who: by[one.by] || one.by }))];
      if (one.reason) parts.push(make("p", "reason", one.reason));
      parts.push(make("p", "facts", fw.format.moment(one.at)));
      return line(...parts);
    }));
  }

  const line = (...parts) => fw.dom.make("li", "word", ...parts);

  fw.experienceWords = { ask, drawThanks };
})();
