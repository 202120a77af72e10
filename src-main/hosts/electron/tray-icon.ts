/** What the icon tells, by its shape alone: a tray is small, and not everybody sees its colours. */
export type TrayState = 'idle' | 'busy' | 'attention' | 'paused' | 'offline';

export interface IconColour {
  red: number;
  green: number;
  blue: number;
}

type Shape = (x: number, y: number) => boolean;

const disc =
  (cx: number, cy: number, r: number): Shape =>
  (x, y) =>
    (x - cx) ** 2 + (y - cy) ** 2 <= r ** 2;
const box =
  (x1: number, y1: number, x2: number, y2: number): Shape =>
  (x, y) =>
    x >= x1 && x <= x2 && y >= y1 && y <= y2;
const any =
  (...shapes: Shape[]): Shape =>
  (x, y) =>
    shapes.some((shape) => shape(x, y));
const without =
  (shape: Shape, ...holes: Shape[]): Shape =>
  (x, y) =>
    shape(x, y) && !holes.some((hole) => hole(x, y));

// Drawn on a square from 0 to 16.
const ring = without(disc(8, 8, 7), disc(8, 8, 5.2));
const shapes: Record<TrayState, Shape> = {
  idle: any(ring, disc(8, 8, 2)),
  busy: any(ring, disc(4.9, 8, 1.1), disc(8, 8, 1.1), disc(11.1, 8, 1.1)),
  attention: without(disc(8, 8, 7), box(7, 3.6, 9, 9.2), disc(8, 11.6, 1.2)),
  paused: any(ring, box(5.6, 5, 7, 11), box(9, 5, 10.4, 11)),
  offline: any(
    without(ring, (x, y) => Math.abs(x - y) < 2.6),
    (x, y) => Math.abs(x - y) < 1 && x > 2.5 && x < 13.5,
  ),
};

/** Each pixel is tried at so many points each way, for soft edges. */
const samples = 4;

/** The icon as the rows of pixels that a native image takes: blue, green, red, alpha, premultiplied. */
export function drawTrayIcon(state: TrayState, pixels: number, { red, green, blue }: IconColour): Buffer {
  const bitmap = Buffer.alloc(pixels * pixels * 4);
  const step = 16 / (pixels * samples);
  for (let row = 0; row < pixels; row++) {
    for (let column = 0; column < pixels; column++) {
      let hits = 0;
      for (let i = 0; i < samples * samples; i++) {
        const x = (column * samples + (i % samples) + 0.5) * step;
        const y = (row * samples + Math.floor(i / samples) + 0.5) * step;
        if (shapes[state](x, y)) hits++;
      }
      const cover = hits / (samples * samples);
      bitmap.set([blue * cover, green * cover, red * cover, 255 * cover].map(Math.round), (row * pixels + column) * 4);
    }
  }
  return bitmap;
}
