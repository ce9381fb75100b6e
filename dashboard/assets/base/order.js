/* Which of many numbers already stand in rising order: the most that do. */
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

  fw.order = { rising };
})();
