/** A rendered picture: its PNG, and its pixels as red, green, blue, alpha, not premultiplied. */
export interface Picture {
  size: number;
  png: Buffer;
  pixels: Buffer;
}

/**
 * A Windows .ico. Up to 64 pixels as bitmaps, because the installer's compiler and older shells read PNGs only at 256.
 */
export function writeIco(pictures: readonly Picture[]): Buffer {
  const bodies = pictures.map((picture) => (picture.size > 64 ? picture.png : bitmapOf(picture)));
  const header = Buffer.alloc(6 + 16 * pictures.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(pictures.length, 4);
  let offset = header.length;
  for (const [index, { size }] of pictures.entries()) {
    const at = 6 + 16 * index;
    const length = bodies[index]?.length ?? 0;
    // 0 means 256.
    header.set([size % 256, size % 256], at);
    header.writeUInt16LE(1, at + 4);
    header.writeUInt16LE(32, at + 6);
    header.writeUInt32LE(length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += length;
  }
  return Buffer.concat([header, ...bodies]);
}

/** A bottom-up bitmap of 32 bits, and the mask of one bit that the format still wants: empty, as alpha decides. */
function bitmapOf({ size, pixels }: Picture): Buffer {
  const header = Buffer.alloc(40);
  header.writeUInt32LE(40, 0);
  header.writeInt32LE(size, 4);
  header.writeInt32LE(size * 2, 8);
  header.writeUInt16LE(1, 12);
  header.writeUInt16LE(32, 14);
  const rows = Buffer.alloc(size * size * 4);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const from = (y * size + x) * 4;
      const [red = 0, green = 0, blue = 0, alpha = 0] = pixels.subarray(from, from + 4);
      rows.set([blue, green, red, alpha], ((size - 1 - y) * size + x) * 4);
    }
  }
  const mask = Buffer.alloc(Math.ceil(size / 32) * 4 * size);
  return Buffer.concat([header, rows, mask]);
}

/** Which entry of an .icns holds which size; the retina ones come first because they are what today's Macs show. */
const icnsTypes: readonly { type: string; size: number }[] = [
  { type: 'ic10', size: 1024 },
  { type: 'ic14', size: 512 },
  { type: 'ic09', size: 512 },
  { type: 'ic13', size: 256 },
  { type: 'ic08', size: 256 },
  { type: 'ic07', size: 128 },
  { type: 'ic12', size: 64 },
  { type: 'ic11', size: 32 },
];

/** A macOS .icns of PNGs. 16 and 32 points at 1x are left to the system, which scales: their entries are no PNGs. */
export function writeIcns(pictures: readonly Picture[]): Buffer {
  const entries = icnsTypes.map(({ type, size }) => {
    const png = pictures.find((picture) => picture.size === size)?.png;
    if (!png) throw new Error(`the .icns needs a picture of ${size} pixels; add it to the sizes in scripts/icons.ts`);
    return block(type, png);
  });
  return block('icns', Buffer.concat(entries));
}

function block(type: string, body: Buffer): Buffer {
  const header = Buffer.alloc(8, type, 'latin1');
  header.writeUInt32BE(body.length + 8, 4);
  return Buffer.concat([header, body]);
}
