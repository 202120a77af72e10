/** A stretch of a text, in UTF-16 units. */
export interface Stretch {
  start: number;
  end: number;
}

export const maskSign = '•';

/** The text with signs in place of these stretches. Every other unit stays in its place, so that what points into it still does. */
export function mask(text: string, stretches: readonly Stretch[]): string {
  let masked = '';
  let after = 0;
  for (const { start, end } of stretches) {
    if (end <= after) continue;
    masked += text.slice(after, start) + maskSign.repeat(end - Math.max(start, after));
    after = end;
  }
  return masked + text.slice(after);
}

export const maskAll = (text: string): string => maskSign.repeat(text.length);
