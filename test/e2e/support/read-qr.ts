import { Resvg } from '@resvg/resvg-js';
import jsQr from 'jsqr';

/** What a camera would read in a picture (PNG); null when there is no code to read. */
export function readQr(png: Buffer): string | null {
  const size = { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
  const href = `data:image/png;base64,${png.toString('base64')}`;
  const { pixels, width, height } = new Resvg(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}"><image href="${href}" width="100%" height="100%"/></svg>`,
  ).render();
  return jsQr.default(new Uint8ClampedArray(pixels), width, height)?.data ?? null;
}
