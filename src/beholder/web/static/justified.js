// Justified rows: whole pictures side by side, each row as wide as the wall and nearly as high as wanted.

const NARROWER = 0.7; // of `least`, as narrow as a cell may get in a row that is less high

// ratios: width to height of each picture. room: what stands under each picture, and the gap below it, in pixels.
// A cell is about `least` wide or more, for the words under a picture that is not.
export function rows(ratios, { width, high, gap, least, room }) {
  const starts = []; // of each row, the place of its first picture
  const tops = [];
  const heights = []; // of the pictures in it
  let top = 0;
  const add = (from, height) => {
    starts.push(from);
    tops.push(top);
    heights.push(height);
    top += height + room;
  };
  const fit = (total, count) => (width - gap * (count - 1)) / total;
  let [from, sum, narrow] = [0, 0, Infinity]; // of the row that is being filled: first picture, ratios, the least one
  for (let at = 0; at < ratios.length; at++) {
    const ratio = Math.max(ratios[at], least / high);
    const [fuller, without] = [fit(sum + ratio, at + 1 - from), at > from ? fit(sum, at - from) : Infinity];
    const crowded = Math.min(narrow, ratio) * fuller < NARROWER * least;
    if (fuller <= high && at > from && (crowded || without - high < high - fuller)) {
      add(from, without);
      [from, sum, narrow] = [at, 0, Infinity];
    }
    [sum, narrow] = [sum + ratio, Math.min(narrow, ratio)];
    const height = fit(sum, at + 1 - from);
    if (height > high) continue;
    add(from, height);
    [from, sum, narrow] = [at + 1, 0, Infinity];
  }
  if (from < ratios.length) {
    const usual = heights.length ? heights.reduce((a, b) => a + b) / heights.length : high; // the last row is as high as the others
    add(from, Math.min(usual, fit(sum, ratios.length - from)));
  }
  return { starts, tops, heights, total: top, least, high, gap, count: ratios.length };
}

// The last of the rising numbers that is not above `value`, 0 where all are.
export function upTo(numbers, value) {
  let [low, high] = [0, numbers.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (numbers[middle] <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

// Where the pictures of one row hang: [{at, left, width, cell}], all of them from its top and with its height.
export function row(laid, ratios, number) {
  const cells = [];
  const height = laid.heights[number];
  const end = laid.starts[number + 1] ?? laid.count;
  let left = 0;
  for (let at = laid.starts[number]; at < end; at++) {
    const cell = Math.max(ratios[at], laid.least / laid.high) * height;
    cells.push({ at, left, width: ratios[at] * height, cell });
    left += cell + laid.gap;
  }
  return cells;
}
