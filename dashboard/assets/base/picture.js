/* Any part of a screen as a PNG: it is copied with the styles that it has at this moment (so the
   colours are the tokens' own), put into an SVG, and painted. Title, time and window stand in it. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const XHTML = "http://www.w3.org/1999/xhtml", SVG = "http://www.w3.org/2000/svg";
  const SCALE = 2, EDGE = 16, HEAD = 44;
  // A small chart is drawn larger, so that its title has room.
  const WIDTH_LEAST = 720;
  // More than this no browser paints on one canvas.
  const SIDE_MAX = 16000, AREA_MAX = 120e6;
  // What a copy must have of its own, so that no style sheet, screen size or ancestor is missed.
  const STYLES = `align-content align-items align-self aspect-ratio background-clip background-color background-image
    background-position background-repeat background-size border-bottom-color border-bottom-left-radius border-bottom-right-radius
    border-bottom-style border-bottom-width border-collapse border-left-color border-left-style border-left-width border-right-color
    border-right-style border-right-width border-spacing border-top-color border-top-left-radius border-top-right-radius border-top-style
    border-top-width bottom box-shadow break-inside box-sizing clip-path color color-scheme column-count column-gap direction display dominant-baseline fill fill-opacity filter
    flex-basis flex-direction flex-grow flex-shrink flex-wrap float font-family font-feature-settings font-size font-style font-variant-numeric
    font-weight gap grid-auto-flow grid-column-end grid-column-start grid-row-end grid-row-start grid-template-areas grid-template-columns grid-template-rows
    height inset-block-start justify-content justify-items justify-self left letter-spacing line-height list-style-type margin-bottom margin-left
    margin-right margin-top mask-clip mask-composite mask-image mask-mode mask-origin mask-position mask-repeat mask-size max-height max-width min-height min-width mix-blend-mode object-fit opacity order outline-color outline-style
    outline-width overflow-wrap overflow-x overflow-y padding-bottom padding-left padding-right padding-top position right row-gap stroke
    stroke-dasharray stroke-linecap stroke-linejoin stroke-opacity stroke-width table-layout text-align text-anchor text-decoration-line
    text-indent text-overflow text-transform top transform transform-origin unicode-bidi vector-effect vertical-align visibility white-space width
    word-break z-index -webkit-box-orient -webkit-line-clamp`.split(/\s+/);
  const followers = [], SCROLLED = new Set(["auto", "scroll"]);
  const LEFT_OUT = new Set(["SCRIPT", "STYLE", "DIALOG", "NOSCRIPT", "IFRAME"]);

  function copy(element) {
    const style = getComputedStyle(element);
    if (LEFT_OUT.has(element.tagName) || style.display === "none") return null;
    const made = element.cloneNode(false);
    ["id", "class", "style"].forEach((name) => made.removeAttribute(name));
    dress(made, style);
    // What just fits its line would wrap for a hundredth of a pixel.
    if (style.flexWrap === "wrap" && isOneLine(element)) made.style.setProperty("flex-wrap", "nowrap");
    // Columns of just the height of their lines would break into one more, as well.
    if (style.columnCount !== "auto") made.style.setProperty("height", "auto");
    if (element instanceof HTMLCanvasElement) return painted(element, made);
    [pseudo(element, "::before"), ...Array.from(element.childNodes, child), pseudo(element, "::after")]
      .forEach((one) => { if (one) made.append(one); });
    return made;
  }

  function isOneLine(element) {
    const boxes = Array.from(element.children, (one) => one.getBoundingClientRect()).filter((box) => box.width);
    return boxes.every((box) => boxes.every((other) => box.top < other.bottom));
  }

  function child(node) {
    if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.data);
    return node.nodeType === Node.ELEMENT_NODE ? copy(node) : null;
  }

  function dress(made, style) {
    STYLES.forEach((name) => {
      const value = style.getPropertyValue(name);
      // A picture is not scrolled.
      if (value) made.style.setProperty(name, SCROLLED.has(value) && name.startsWith("overflow-") ? "hidden" : value);
    });
    made.style.setProperty("transition", "none");
    made.style.setProperty("animation", "none");
  }

  function pseudo(element, which) {
    const style = getComputedStyle(element, which), content = style.content;
    if (!content || content === "none" || content === "normal" || style.display === "none") return null;
    const made = document.createElementNS(XHTML, "span");
    dress(made, style);
    const text = /^"(.*)"$/s.exec(content);
    made.textContent = text ? text[1].replace(/\\"/g, '"') : "";
    return made;
  }

  function painted(canvas, made) {
    const image = document.createElementNS(XHTML, "img");
    image.setAttribute("style", made.getAttribute("style"));
    image.src = canvas.toDataURL();
    return image;
  }

  /* The element as an SVG of its own, in the size that it has on the screen. */
  function drawing(element, width, height) {
    const root = document.createElementNS(SVG, "svg"), place = document.createElementNS(SVG, "foreignObject");
    [root, place].forEach((one) => { one.setAttribute("width", width); one.setAttribute("height", height); });
    const made = copy(element);
    // Where it stands on the page means nothing in its own picture.
    Object.entries({ position: "relative", inset: "auto", margin: "0", transform: "none", width: `${width}px`, height: `${height}px` })
      .forEach(([name, value]) => made.style.setProperty(name, value));
    made.setAttribute("xmlns", XHTML);
    place.append(made);
    root.append(place);
    return new XMLSerializer().serializeToString(root);
  }

  async function loaded(source) {
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`;
    await image.decode();
    return image;
  }

  /* A canvas with the element under a head of its title and what it is of. */
  async function paint(element, title, note) {
    const box = element.getBoundingClientRect();
    const width = Math.ceil(Math.max(box.width, element.scrollWidth || 0)), height = Math.ceil(Math.max(box.height, element.scrollHeight || 0));
    if (!width || !height) throw new Error(fw.t("there is nothing to be seen of it"));
    const grown = Math.max(1, WIDTH_LEAST / width), [wide, high] = [width * grown, height * grown].map(Math.ceil);
    const whole = [wide + 2 * EDGE, high + HEAD + EDGE];
    const scale = Math.min(SCALE, SIDE_MAX / Math.max(...whole), Math.sqrt(AREA_MAX / (whole[0] * whole[1])));
    const canvas = document.createElement("canvas"), tokens = getComputedStyle(document.documentElement);
    [canvas.width, canvas.height] = whole.map((side) => Math.round(side * scale));
    const pen = canvas.getContext("2d"), token = (name) => tokens.getPropertyValue(name).trim();
    pen.scale(scale, scale);
    pen.fillStyle = token("--ground");
    pen.fillRect(0, 0, ...whole);
    written(pen, title, note, whole[0], token);
    pen.drawImage(await loaded(drawing(element, width, height)), EDGE, HEAD, wide, high);
    return canvas;
  }

  function written(pen, title, note, width, token) {
    const room = width - 2 * EDGE;
    pen.textBaseline = "alphabetic";
    pen.fillStyle = token("--text");
    pen.font = `650 15px ${token("--font")}`;
    pen.fillText(title, EDGE, 20, room);
    pen.fillStyle = token("--quiet");
    pen.font = `400 12px ${token("--font")}`;
    pen.fillText(note, EDGE, 36, room);
  }

  async function save(element, title, note) {
    followers.forEach((follower) => follower());
    const canvas = await paint(element, title, note);
    const blob = await new Promise((done) => { canvas.toBlob(done, "image/png"); });
    if (!blob) throw new Error(fw.t("this browser cannot write a picture of that size"));
    fw.csv.give(fw.csv.fileName(title, "png"), blob);
  }

  fw.picture = {
    paint, save,
    /* Called before one is taken, so that what is out of sight can be brought up to the newest. */
    whenTaken: (follower) => followers.push(follower),
  };
})();
