import type { Display, Rectangle } from 'electron';

interface Size {
  width: number;
  height: number;
}

/** So much of a window has to be in view for a person to take hold of it. */
const grip = 64;
const margin = 8;

/** Where a remembered window fits now: displays come and go, and shrink. A window nobody could reach is centred. */
export function fitOnto(remembered: Rectangle, areas: readonly Rectangle[]): Rectangle {
  const home = areas.toSorted((a, b) => overlap(remembered, b) - overlap(remembered, a))[0];
  if (!home) return remembered;
  const size = {
    width: Math.min(remembered.width, home.width),
    height: Math.min(remembered.height, home.height),
  };
  const isReachable = overlap(remembered, home) >= grip * grip;
  return isReachable
    ? {
        x: clamp(remembered.x, home.x, home.x + home.width - size.width),
        y: clamp(remembered.y, home.y, home.y + home.height - size.height),
        ...size,
      }
    : centredIn(home, size);
}

export const centredIn = (area: Rectangle, { width, height }: Size): Rectangle => ({
  x: Math.round(area.x + (area.width - width) / 2),
  y: Math.round(area.y + (area.height - height) / 2),
  width,
  height,
});

/**
 * Where the tray chat opens: beside the icon, on the side of the display where the icon's bar is. Some desktops do not
 * say where the icon is; then the corner where icons usually are.
 */
export function besideIcon(icon: Rectangle, wanted: Size, { bounds, workArea }: Pick<Display, 'bounds' | 'workArea'>) {
  const size = {
    width: Math.min(wanted.width, workArea.width - 2 * margin),
    height: Math.min(wanted.height, workArea.height - 2 * margin),
  };
  const left = workArea.x + margin;
  const top = workArea.y + margin;
  const right = workArea.x + workArea.width - size.width - margin;
  const bottom = workArea.y + workArea.height - size.height - margin;
  if (icon.width === 0 || icon.height === 0) {
    const isBarOnTop = workArea.y > bounds.y;
    return { x: right, y: isBarOnTop ? top : bottom, ...size };
  }
  const middleX = clamp(Math.round(icon.x + icon.width / 2 - size.width / 2), left, right);
  const middleY = clamp(Math.round(icon.y + icon.height / 2 - size.height / 2), top, bottom);
  switch (edgeOf(icon, bounds)) {
    case 'top':
      return { x: middleX, y: top, ...size };
    case 'bottom':
      return { x: middleX, y: bottom, ...size };
    case 'left':
      return { x: left, y: middleY, ...size };
    case 'right':
      return { x: right, y: middleY, ...size };
  }
}

/** The edge of the display that the icon is nearest to; a corner counts as its bar above or below. */
function edgeOf(icon: Rectangle, bounds: Rectangle): 'top' | 'bottom' | 'left' | 'right' {
  const distances = [
    ['top', icon.y - bounds.y],
    ['bottom', bounds.y + bounds.height - icon.y - icon.height],
    ['left', icon.x - bounds.x],
    ['right', bounds.x + bounds.width - icon.x - icon.width],
  ] as const;
  return distances.reduce((nearest, each) => (each[1] < nearest[1] ? each : nearest))[0];
}

function overlap(a: Rectangle, b: Rectangle): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, width) * Math.max(0, height);
}

const clamp = (value: number, least: number, most: number): number => Math.max(least, Math.min(value, most));
