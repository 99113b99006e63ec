// Thumbnails for the map: a few are fetched at a time, those nearest to the middle first, and the last used are kept.

const AT_ONCE = 6;
const KEPT = 900;
const SMALL = 120; // pixels of the longer side: a small copy is drawn much faster

export class Thumbs {
  // address(i): of the picture; ready(): called when one more can be drawn
  constructor(address, ready) {
    Object.assign(this, { address, ready, kept: new Map(), wanted: [], busy: 0 });
  }

  // What to draw of picture i so large; null where it is not there yet.
  get(i, side) {
    const one = this.kept.get(i);
    if (!one) return null;
    this.kept.delete(i);
    this.kept.set(i, one);
    return one.small ? (side > SMALL ? one.image : one.small) : null;
  }

  load(wanted) {
    this.wanted = wanted.filter((i) => !this.kept.has(i));
    while (this.busy < AT_ONCE && this.wanted.length) this.fetch(this.wanted.shift());
  }

  async fetch(i) {
    this.busy++;
    const one = { image: new Image(), small: null };
    this.kept.set(i, one);
    one.image.src = this.address(i);
    try {
      await one.image.decode();
      const fit = Math.min(1, SMALL / Math.max(one.image.naturalWidth, one.image.naturalHeight));
      const [resizeWidth, resizeHeight] = [one.image.naturalWidth, one.image.naturalHeight].map((v) => Math.max(1, Math.round(v * fit)));
      one.small = await createImageBitmap(one.image, { resizeWidth, resizeHeight, resizeQuality: "medium" });
    } catch {
      // it stays a point
    }
    for (const old of this.kept.keys()) {
      if (this.kept.size <= KEPT) break;
      this.kept.get(old).small?.close();
      this.kept.delete(old);
    }
    this.busy--;
    this.ready();
  }
}
