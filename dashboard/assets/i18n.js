/* The texts of screens, in the language of whoever looks. They are written in English where they
   stand, whole sentences with named places, never joined of pieces: «{n} of {all} content». The page
   loads this before all other scripts, and before it the texts of its language, so that nothing is
   ever drawn in another. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const page = document.documentElement;
  // What is not in the page's language is in English: texts that nobody has translated yet.
  const texts = fw.texts || {}, language = page.dataset.language || "en";
  // By which numbers and dates are written.
  const locale = page.lang || "en-GB";
  const whole = new Intl.NumberFormat(locale), kindOf = new Intl.PluralRules(locale);
  // A catalogue's forms stand in this order, the form for all the rest last.
  const FORMS = { one: 0, few: 1 };

  function filled(text, values) {
    return !values ? text : text.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
  }

  function formOf(one, many, n) {
    // Where a language has one form for all, that is the text; where none is known, English has two.
    const known = formsOf(one), forms = known || [one, many];
    const kind = known ? kindOf.select(n) : n === 1 ? "one" : "other";
    return forms[Math.min(FORMS[kind] ?? forms.length - 1, forms.length - 1)];
  }

  const formsOf = (english) => (Object.hasOwn(texts, english) ? [].concat(texts[english]) : null);

  function text(english) {
    const known = Object.hasOwn(texts, english) ? texts[english] : english;
    return typeof known === "string" ? known : known[0];
  }

  /* A text, its places filled from `values`. */
  fw.t = (english, values) => filled(text(english), values);

  /* One of two texts by how many they are of; `n` fills the place {n} as it is written here. */
  fw.tn = (one, many, n, values) => filled(formOf(one, many, n), { n: whole.format(n), ...values });

  /* The same for texts that are written and marked elsewhere, as what a frame tells. */
  fw.put = (english, values) => filled(text(english), values);
  fw.put.counted = (one, many, n, values) => filled(formOf(one, many, n), { n: whole.format(n), ...values });

  fw.language = language;
  fw.locale = locale;
})();
