// Every icon, rendered from the drawings in build/art. The results are committed, so that packing needs no renderer;
// build/icons.json says what they were made from, and a test compares.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import { type Picture, writeIcns, writeIco } from './icons/containers.ts';
import { type IconRecord, sha256 } from './icons/record.ts';
import { at, requireNode24, root } from './project.ts';

const sizes = [16, 22, 24, 32, 48, 64, 96, 128, 256, 512, 1024];
/** Below this the bubble inside its square is mush, so the bubble alone stands for the product. */
const smallest = 48;
const trayStates = ['idle', 'busy', 'attention', 'paused', 'offline'];
/** `Template` is macOS's word for black and alpha, which it paints itself; the others are for light and dark bars. */
const trayColours: Record<string, string> = { Template: '#000', '-on-light': '#24695A', '-on-dark': '#74BDA7' };
const trayScales = [1, 1.5, 2, 3];

requireNode24();
await drawAll();

async function drawAll(): Promise<void> {
  const art = new Map(
    await Promise.all(
      (await readdir(at('build/art')))
        .sort()
        .map(async (name) => [name, await readFile(at('build/art', name), 'utf8')] as const),
    ),
  );
  const drawing = (name: string): string => {
    const text = art.get(name);
    if (text === undefined) throw new Error(`build/art/${name} is missing`);
    return text;
  };
  const app = sizes.map((size) => render(drawing(size < smallest ? 'mark.svg' : 'app.svg'), size));
  const macos = sizes.map((size) => render(drawing(size < smallest ? 'mark.svg' : 'app-macos.svg'), size));

  const made = new Map<string, Buffer | string>([
    ...app.filter(({ size }) => size !== 1024).map(({ size, png }) => [`icons/${size}x${size}.png`, png] as const),
    ['icon.png', pictureOf(app, 1024).png],
    ['icon.ico', writeIco([16, 24, 32, 48, 64, 256].map((size) => pictureOf(app, size)))],
    ['icon.icns', writeIcns(macos)],
    ...trayStates.flatMap((state) => tray(drawing(`tray-${state}.svg`), state)),
  ]);
  await Promise.all(['icons', 'tray'].map((folder) => rm(at('build', folder), { recursive: true, force: true })));
  for (const [path, bytes] of made) {
    await mkdir(dirname(at('build', path)), { recursive: true });
    await writeFile(at('build', path), bytes);
  }
  // The page's own icon is the mark as it is drawn.
  await writeFile(at('src-renderer/public/icon.svg'), drawing('mark.svg'));

  const record: IconRecord = {
    drawings: Object.fromEntries([...art].map(([name, text]) => [name, sha256(text)])),
    icons: Object.fromEntries([...made].map(([path, bytes]) => [path, sha256(bytes)])),
  };
  await writeFile(at('build/icons.json'), `${JSON.stringify(record, null, 2)}\n`);
  const bytes = [...made.values()].reduce((sum, content) => sum + content.length, 0);
  console.log(`icons  ${made.size} files in ${join(root, 'build')}, ${(bytes / 1000).toFixed(0)} kB`);
}

function tray(drawing: string, state: string): (readonly [string, Buffer])[] {
  return Object.entries(trayColours).flatMap(([suffix, colour]) =>
    trayScales.map((scale) => {
      // Electron finds the picture for a denser screen by this name.
      const density = scale === 1 ? '' : `@${scale}x`;
      const painted = drawing.replace('<svg ', `<svg color="${colour}" `);
      return [`tray/${state}${suffix}${density}.png`, render(painted, 16 * scale).png] as const;
    }),
  );
}

function render(svg: string, size: number): Picture {
  const image = new Resvg(svg, { fitTo: { mode: 'width', value: size }, font: { loadSystemFonts: false } }).render();
  return { size, png: image.asPng(), pixels: straight(image.pixels) };
}

/** The renderer's pixels are multiplied with their alpha; an .ico wants them plain. */
function straight(premultiplied: Buffer): Buffer {
  const pixels = Buffer.from(premultiplied);
  for (let i = 0; i < pixels.length; i += 4) {
    const alpha = pixels[i + 3] ?? 0;
    if (alpha === 0) continue;
    for (let channel = i; channel < i + 3; channel++) {
      pixels[channel] = Math.min(255, Math.round(((pixels[channel] ?? 0) * 255) / alpha));
    }
  }
  return pixels;
}

function pictureOf(pictures: readonly Picture[], size: number): Picture {
  const picture = pictures.find((each) => each.size === size);
  if (!picture) throw new Error(`no picture of ${size} pixels was rendered; add it to the sizes`);
  return picture;
}
