import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { besideIcon, fitOnto } from '../../src-main/hosts/electron/placement.ts';
import { openTestDesktop, settle } from '../fakes/electron/desktop.ts';
import { createFakeElectron } from '../fakes/electron/index.ts';

const left = { x: 0, y: 0, width: 1920, height: 1040 };
const right = { x: 1920, y: 0, width: 1280, height: 984 };

describe('a remembered window', () => {
  test('comes back where it was', () => {
    const was = { x: 2000, y: 100, width: 1000, height: 700 };
    expect(fitOnto(was, [left, right])).toEqual(was);
  });

  test('of a display that is gone comes to the one that is left', () => {
    const was = { x: 2000, y: 100, width: 1000, height: 700 };
    expect(fitOnto(was, [left])).toEqual({ x: 460, y: 170, width: 1000, height: 700 });
  });

  test('is never larger than its display, and always within reach', () => {
    const side = fc.integer({ min: -5000, max: 8000 });
    const size = fc.integer({ min: 1, max: 6000 });
    fc.assert(
      fc.property(fc.record({ x: side, y: side, width: size, height: size }), (was) => {
        const now = fitOnto(was, [left, right]);
        const isInside = [left, right].some(
          (area) =>
            now.x >= area.x &&
            now.y >= area.y &&
            now.x + now.width <= area.x + area.width &&
            now.y + now.height <= area.y + area.height,
        );
        expect(isInside).toBe(true);
      }),
    );
  });

  test('is remembered while it is moved, and found again at the next start', async () => {
    const { fake, desktop, memory } = await openTestDesktop();
    desktop.handle({ toggle: false, link: null });
    await settle();
    fake.windows[0]?.fakeMoves({ x: 300, y: 120, width: 1000, height: 700 });
    await new Promise((resolve) => setTimeout(resolve, 450));
    await memory.settled();

    const next = createFakeElectron({ folder: fake.folder });
    const again = await openTestDesktop({ fake: next });
    again.desktop.handle({ toggle: false, link: null });
    expect(next.windows[0]?.getBounds()).toEqual({ x: 300, y: 120, width: 1000, height: 700 });
  });
});

describe('the tray chat', () => {
  const size = { width: 400, height: 600 };
  const bounds = { x: 0, y: 0, width: 1920, height: 1080 };
  const icon = (x: number, y: number) => ({ x, y, width: 24, height: 24 });

  test.each([
    ['below a bar on top', icon(1500, 2), { x: 0, y: 28, width: 1920, height: 1052 }, { x: 1312, y: 36 }],
    ['above a bar at the bottom', icon(1500, 1050), { x: 0, y: 0, width: 1920, height: 1040 }, { x: 1312, y: 432 }],
    ['beside a bar on the left', icon(10, 700), { x: 60, y: 0, width: 1860, height: 1080 }, { x: 68, y: 412 }],
    ['beside a bar on the right', icon(1880, 700), { x: 0, y: 0, width: 1860, height: 1080 }, { x: 1452, y: 412 }],
  ])('opens %s', (_where, at, workArea, expected) => {
    expect(besideIcon(at, size, { bounds, workArea })).toMatchObject(expected);
  });

  test('opens in the corner of the icons where the desktop does not say where its icon is', () => {
    const nowhere = { x: 0, y: 0, width: 0, height: 0 };
    const onTop = besideIcon(nowhere, size, { bounds, workArea: { x: 0, y: 28, width: 1920, height: 1052 } });
    expect(onTop).toMatchObject({ x: 1512, y: 36 });
    const atBottom = besideIcon(nowhere, size, { bounds, workArea: { x: 0, y: 0, width: 1920, height: 1040 } });
    expect(atBottom).toMatchObject({ x: 1512, y: 432 });
  });

  test('fits a small display', () => {
    const small = { x: 0, y: 0, width: 360, height: 500 };
    expect(besideIcon(icon(300, 480), size, { bounds: small, workArea: small })).toEqual({
      x: 8,
      y: 8,
      width: 344,
      height: 484,
    });
  });
});
