/* The drill's floor beside what can be done about it: a row a queue, the worst first, in the order that
   all screens have. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});

  function draw(frame) {
    if (!frame.picture || !frame.picture.drill) return;
    const { queues } = frame.picture.figures, names = frame.standing.worst_first.filter((queue) => queue in queues);
    fw.table.draw("training-queues", names.map((queue) => row(queue, frame)));
  }

  function row(queue, frame) {
    const { now, figures } = frame.picture.figures.queues[queue], f = fw.format, plain = f.plain;
    const standing = frame.standing.queues[queue], label = frame.picture.labels[queue];
    return {
      key: queue,
      state: standing ? standing.state : "none",
      cells: {
        queue: label ? label.name : queue,
        state: { mark: fw.tile.MARKS[standing ? standing.state : "none"], word: standing ? fw.standing.word(standing) : "" },
        waiting: plain(f.count(now.waiting)),
        oldest: plain(f.duration(now.waiting ? now.oldest_wait_s : null)),
        level: plain(f.share(figures.service_level)),
        free: plain(f.count(now.agents_available)),
        busy: plain(f.count(now.agents_busy)),
        away: plain(f.count(now.agents_away)),
      },
    };
  }

  fw.trainingFloor = { draw };
})();
