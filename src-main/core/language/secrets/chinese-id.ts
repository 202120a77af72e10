import type { SecretSpan } from './find-secrets.ts';

/** Region, date of birth, order, check digit (GB 11643-1999). */
const candidate =
  /(?<![A-Za-z\p{N}]|\p{N}[-.])(?<region>[1-9]\d)\d{4}(?<year>(?:18|19|20)\d{2})(?<month>0[1-9]|1[0-2])(?<day>0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![A-Za-z\p{N}])/gu;
const regions = /^(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91)$/;

export function idNumberSpans(text: string): SecretSpan[] {
  return [...text.matchAll(candidate)].flatMap(({ 0: found, index, groups }) => {
    const { region = '', year, month, day } = groups ?? {};
    const isNumber =
      regions.test(region) && isDay(Number(year), Number(month), Number(day)) && hasRightCheckDigit(found);
    return isNumber ? [{ start: index, end: index + found.length, kind: 'id_number' as const }] : [];
  });
}

function isDay(year: number, month: number, day: number): boolean {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const checkDigits = '10X98765432';

/** ISO 7064, MOD 11-2. */
function hasRightCheckDigit(number: string): boolean {
  const sum = weights.reduce((total, weight, at) => total + weight * Number(number[at]), 0);
  return checkDigits[sum % 11] === number.at(-1)?.toUpperCase();
}
