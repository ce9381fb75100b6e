/* The band over every screen of a drill: that it is one, whose, and how fast its time runs. It goes by
   the picture itself, so that no figure of a drill is ever seen without it. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  let picture = null, phase = null, announced = null;

  function heard(frame) {
    if (frame.picture) picture = frame.picture;
    phase = frame.training ? frame.training.phase : null;
    const way = document.getElementById("way-training");
    if (way) way.hidden = !frame.training && location.pathname !== "/training";
    show();
  }

  function show() {
    const band = document.getElementById("drill-band"), drill = picture && picture.drill;
    if (!band) return;
    document.documentElement.dataset.drill = drill ? "on" : "off";
    if (band.hidden === Boolean(drill)) {
      band.hidden = !drill;
      if (fw.grid) fw.grid.fit();
    }
    if (drill) fw.dom.text(fw.dom.part(band, "text"), words(drill));
    announce(drill);
  }

  function words(drill) {
    const whose = drill.trainee ? fw.t("{trainee}'s drill.", { trainee: drill.trainee }) : "";
    return fw.format.sentences(whose, fw.t("Not the real floor."), running());
  }

  function running() {
    const now = fw.freshness.floorNow();
    if (phase === "over" || phase === "reckoning") return fw.t("It is over: the floor stands still.");
    if (phase === "preparing") return fw.t("Another round is being prepared: the floor stands still.");
    if (!picture.speed) return fw.t("Paused at {time}.", { time: fw.freshness.clock(now) });
    return picture.speed === 1 ? fw.t("Running.") : fw.t("Running at {speed}×.", { speed: picture.speed });
  }

  /* Said aloud when another floor is shown, not with each second. */
  function announce(drill) {
    const shown = drill ? "drill" : picture ? "floor" : null;
    if (shown === null || shown === announced) return;
    const before = announced;
    announced = shown;
    if (drill) fw.toasts.say(fw.t("This is a drill, not the real floor."));
    else if (before) fw.toasts.say(fw.t("The drill has been left: this is the floor itself."));
  }

  fw.drillBand = { heard };
})();
