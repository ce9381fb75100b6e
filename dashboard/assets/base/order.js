/* In which order things stand: what of it may stay, and how often it changes. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});

  /* The indices of a longest rising row among the numbers; what is below 0 is of no row. */
  function rising(numbers) {
    // The index at which the best row of each length ends, and what comes before each index in its row.
    const ends = [], before = new Array(numbers.length);
    numbers.forEach((number, index) => {
      if (number < 0) return;
      let low = 0, high = ends.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (numbers[ends[middle]] < number) low = middle + 1;
        else high = middle;
      }
      before[index] = low ? ends[low - 1] : -1;
      ends[low] = index;
    });
    const found = new Set();
    for (let index = ends.length ? ends[ends.length - 1] : -1; index >= 0; index = before[index]) found.add(index);
    return found;
  }

  // Who reads a wall, or is about to press a row, finds a queue where it was a moment ago.
  const REST_MS = 10000;
  let groups = new Map();

  /* Queues with the worst first, of which those that keep their state change places among one another
     every ten seconds at most. What turns better or worse has its new place at once. `now` is in
     milliseconds of a clock that is never set back. */
  function calm(worstFirst, standings, now) {
    const fresh = new Map();
    worstFirst.forEach((queue) => {
      const { state } = standings[queue];
      if (!fresh.has(state)) fresh.set(state, []);
      fresh.get(state).push(queue);
    });
    groups = new Map([...fresh].map(([state, queues]) => [state, rested(groups.get(state), queues, now)]));
    return [...groups.values()].flatMap(({ queues }) => queues);
  }

  /* Those that were there stand as they stood; each newcomer stands behind the one that it is to follow. */
  function rested(before, queues, now) {
    if (!before || now - before.at >= REST_MS) return { queues, at: now };
    const here = new Set(queues), known = new Set(before.queues), stay = before.queues.filter((queue) => here.has(queue));
    queues.forEach((queue, index) => {
      if (!known.has(queue)) stay.splice(index ? stay.indexOf(queues[index - 1]) + 1 : 0, 0, queue);
    });
    return { queues: stay, at: before.at };
  }

  /* What comes next is of another floor, or of another time. */
  const forget = () => groups.clear();

  fw.order = { rising, calm, forget };
})();
