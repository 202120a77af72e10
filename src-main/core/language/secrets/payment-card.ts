import type { SecretSpan } from './find-secrets.ts';

/** 13 to 19 digits, alone or in groups with one space or hyphen between; longer numbers and parts of words are others. */
const candidate = /(?<![A-Za-z\p{N}]|\p{N}[-.])\d(?:[ -]?\d){12,18}(?![A-Za-z\p{N}]|[ .-]\d)/gu;
/** Visa, Mastercard, American Express, UnionPay, JCB, Discover, Diners: beginnings that are given to cards (ISO/IEC 7812). */
const issuers = /^(?:4|5[1-5]|2[2-7]|3[47]|62|35|6011|64[4-9]|65|30[0-5]|36|38|81)/;

export function cardSpans(text: string): SecretSpan[] {
  return [...text.matchAll(candidate)].flatMap(({ 0: found, index }) =>
    isCard(found.replaceAll(/[ -]/g, '')) ? [{ start: index, end: index + found.length, kind: 'card' as const }] : [],
  );
}

const isCard = (digits: string): boolean =>
  issuers.test(digits) && new Set(digits).size > 1 && !isTimeStamp(digits) && hasRightCheckDigit(digits);

/** 20240131093000123: what programs write for a moment begins like a card of Mastercard. */
const isTimeStamp = (digits: string): boolean =>
  /^2\d{3}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d/.test(digits) && digits.length !== 16;

/** The Luhn algorithm (ISO/IEC 7812-1, annex B). */
function hasRightCheckDigit(digits: string): boolean {
  let sum = 0;
  for (let at = digits.length - 1, isSecond = false; at >= 0; at--, isSecond = !isSecond) {
    const digit = digits.charCodeAt(at) - 48;
    const doubled = digit * 2;
    sum += isSecond ? (doubled > 9 ? doubled - 9 : doubled) : digit;
  }
  return sum % 10 === 0;
}
