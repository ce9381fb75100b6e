/* Texts that the dashboard makes once for all viewers: in English, and beside it which text that is and
   the values of its places (dashboard/said.py). What the server writes itself, dashboard/saying writes
   alike. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const WRITTEN = {
    duration: (of) => fw.format.plain(fw.format.duration(of)),
    span: (of) => fw.format.span(of),
    span_up: (of) => fw.format.span(of, true),
    window: (of) => fw.format.window(of),
    rule: (of) => fw.alertWords.rule(of),
    act: (of) => fw.trainingActs.words(of),
    // Abbreviations keep their capitals within a sentence, too.
    metric: (of) => fw.alertWords.title(of).replace(/^.(?!\p{Lu})/u, (letter) => letter.toLocaleLowerCase(fw.locale)),
    share: (of) => fw.format.percent(String(Math.round(of * 100))),
  };
  class Unknown extends Error {}
  const listed = new Intl.ListFormat(fw.locale, { type: "conjunction" });

  /* What is said in the viewer's language; `english` where that is it, or where nobody says how. A
     list is one sentence after the other. */
  function said(told, english) {
    if (fw.language === "en" || !told) return whole(english);
    return known(() => (Array.isArray(told) ? fw.format.sentences(...told.map(written)) : written(told)), english);
  }

  /* In English where it is of a newer release, which has values that this page cannot write. */
  function known(write, english) {
    try {
      return write();
    } catch (error) {
      if (error instanceof Unknown) return whole(english);
      throw error;
    }
  }

  /* The same of sentences, one after the other. They may be made of clauses: each is given its capital
     and its stop. */
  function sentences(told, english) {
    if (fw.language === "en" || !told) return whole(english);
    return known(() => fw.format.sentences(...told.map((one) => fw.format.sentence(written(one)))), english);
  }

  /* A number and its unit stay on one line; who reads the API may break them as they like. */
  const whole = (text) => (typeof text === "string" ? text.replace(/(\d) (?=(%|s|min|h)(?!\w))/g, "$1\u00a0") : text);

  function written(told) {
    const values = Object.fromEntries(Object.entries(told.values || {}).map(([name, value]) => [name, valueOf(value)]));
    return told.many ? fw.put.counted(told.id, told.many, told.n, values) : fw.put(told.id, values);
  }

  function valueOf(value) {
    if (typeof value === "number") return fw.format.number(value);
    if (Array.isArray(value)) return listed.format(value);
    if (value === null || typeof value !== "object") return value;
    if (!value.as) return written(value);
    if (!Object.hasOwn(WRITTEN, value.as)) throw new Unknown(value.as);
    return WRITTEN[value.as](value.of);
  }

  fw.said = said;
  fw.said.sentences = sentences;
  /* How a queue stands, as its tile says it. */
  fw.standing = {
    word: (standing) => fw.put(standing.word),
    reasons: (standing) => fw.format.semicolon((standing.reasons || []).map((reason, index) => said((standing.said || [])[index], reason))),
    lead: (standing) => said(standing.said && standing.said.lead, standing.lead),
    rest: (standing) => said(standing.said && standing.said.rest, standing.rest),
  };
})();
