/* The supervisor's screen by keyboard: never while something is being written. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});

  const KEYS = () => [
    ["/", fw.t("Filter the table"), () => fw.supervisor.focusFind()],
    ["1", fw.t("Queues"), () => { fw.supervisor.turnTo("queues"); fw.supervisor.focusTable(); }],
    ["2", fw.t("Agents"), () => { fw.supervisor.turnTo("agents"); fw.supervisor.focusTable(); }],
    ["t", fw.t("To the table"), () => fw.supervisor.focusTable()],
    ["b", fw.t("To what is open beside it"), () => fw.beside.focus()],
    ["?", fw.t("These keys"), help],
  ];

  function start() {
    document.addEventListener("keydown", pressed);
  }

  function pressed(event) {
    if (!fw.keys.free(event)) return;
    if (event.key === "Escape") { fw.supervisor.close(); return; }
    if (event.target.matches('[role="tab"]') && ["ArrowRight", "ArrowLeft"].includes(event.key)) {
      const other = fw.supervisor.view() === "queues" ? "agents" : "queues";
      event.preventDefault();
      fw.supervisor.turnTo(other);
      document.querySelector('#supervisor [role="tab"][aria-selected="true"]').focus();
      return;
    }
    const found = KEYS().find(([key]) => key === event.key);
    if (!found) return;
    event.preventDefault();
    found[2]();
  }

  function help() {
    const { make } = fw.dom;
    const fixed = [
      ["← ↑ ↓ →", fw.t("From cell to cell; on a channel's row to fold and unfold it")],
      ["Enter", fw.t("On a name or status: open it beside the table. On a number: the contacts behind it. On a head: sort by it")],
      ["← ↑ ↓ →", fw.t("On a queue's last hour: from minute to minute; Enter shows the contacts of one")],
      ["Esc", fw.t("Close what is open")],
      ["Ctrl K", fw.t("Go to a screen, queue or agent, or change how it looks")],
    ];
    const rows = [...fixed, ...KEYS().map(([key, words]) => [key, words])].map(([key, words]) =>
      make("div", "key", make("dt", "", make("kbd", "", key)), make("dd", "", words)));
    fw.dialog.tell(fw.t("Keys"), make("dl", "keys keys-wide", ...rows));
  }

  fw.supervisorKeys = { start, help };
})();
