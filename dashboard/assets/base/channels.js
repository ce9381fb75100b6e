/* What the kinds of channel are called. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});
  const NAMES = {
    voice: () => fw.t("Voice"), video: () => fw.t("Video"), chat: () => fw.t("Chat"), sms: () => fw.t("SMS"),
    whatsapp: () => fw.t("WhatsApp"), social: () => fw.t("Social media"), email: () => fw.t("E-mail"),
    callback: () => fw.t("Callbacks"), in_person: () => fw.t("In person"),
    several: () => fw.t("Several channels"), unknown: () => fw.t("Channel not known"),
  };

  const name = (channel) => (Object.hasOwn(NAMES, channel) ? NAMES[channel]() : channel);

  // Those that an event may have, in the order in which they stand everywhere.
  const KNOWN = Object.keys(NAMES).filter((channel) => !["several", "unknown"].includes(channel));

  /* The one channel of a queue, or that there are several, or that none is known. */
  function of(label) {
    const seen = label ? Object.keys(label.target_s) : [];
    return seen.length === 1 ? seen[0] : seen.length ? "several" : "unknown";
  }

  fw.channels = { name, of, KNOWN };
})();
