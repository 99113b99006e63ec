// Pictures in rows that fill the wall: as large as may be, and about equally so, since a large one is liked more easily.

const NARROWEST = 0.5, WIDEST = 2.6; // ratios that a row is given to; what is longer is shown whole all the same
const IDLE = 0.12; // how much the width that the emptiest row leaves, or the height that all leave, counts against rows
const UNEVEN = 0.12; // the same, of rows of unlike numbers of pictures in a room that is higher than wide

// Where each picture stands: [{x, y, width, height}] of the boxes, edge: around each picture, words: below it.
export function rows(ratios, width, height, { gap, edge, words }) {
  const shapes = ratios.map((ratio) => Math.min(Math.max(ratio, NARROWEST), WIDEST));
  let best = null;
  for (let cuts = 0; cuts < 2 ** (shapes.length - 1); cuts += 1) {
    const parts = [[shapes[0]]];
    shapes.slice(1).forEach((shape, at) => ((cuts >> at) & 1 ? parts.push([shape]) : parts.at(-1).push(shape)));
    const full = parts.map((part) => (width - part.length * 2 * edge - (part.length - 1) * gap) / sum(part));
    const room = height - parts.length * (2 * edge + words) - (parts.length - 1) * gap;
    const most = level(full, room);
    if (!(most > 0) || Math.min(...full) <= 0) continue;
    const tall = full.map((one) => Math.min(one, most));
    const idle = Math.max(1 - sum(tall) / room, ...tall.map((one, at) => 1 - one / full[at]));
    const uneven = height > width && parts.some((part) => part.length !== parts[0].length);
    const worth = sum(tall.map((one, at) => parts[at].length * Math.log(one))) - shapes.length * (IDLE * idle + UNEVEN * uneven);
    if (!best || worth > best.worth) best = { worth, parts, tall };
  }
  return best ? placed(best, width, height, { gap, edge, words }) : [];
}

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

// The height to which the tallest rows are lowered until all have room.
function level(heights, room) {
  const sorted = [...heights].sort((a, b) => a - b);
  let below = 0;
  for (let at = 0; at < sorted.length; at += 1) {
    const most = (room - below) / (sorted.length - at);
    if (most <= sorted[at]) return most;
    below += sorted[at];
  }
  return Infinity;
}

function placed({ parts, tall }, width, height, { gap, edge, words }) {
  const boxes = [];
  const used = sum(tall) + parts.length * (2 * edge + words) + (parts.length - 1) * gap;
  let y = Math.max(0, (height - used) / 2);
  parts.forEach((part, row) => {
    const wide = part.map((shape) => shape * tall[row] + 2 * edge);
    let x = (width - sum(wide) - (part.length - 1) * gap) / 2;
    for (const one of wide) {
      boxes.push({ x, y, width: one, height: tall[row] + 2 * edge + words });
      x += one + gap;
    }
    y += tall[row] + 2 * edge + words + gap;
  });
  return boxes;
}
