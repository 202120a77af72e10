import type { SecretSpan } from './find-secrets.ts';

/** Forms that those who hand keys out chose so that they are known again. Every repetition has a bound. */
const forms: readonly RegExp[] = [
  /\bsk-[A-Za-z0-9_-]{20,200}/g,
  /\b(?:[srp]k_(?:live|test)|whsec)_[A-Za-z0-9]{16,200}/g,
  /\bgh[opsur]_[A-Za-z0-9]{36,255}/g,
  /\bgithub_pat_[A-Za-z0-9_]{22,255}/g,
  /\bglpat-[A-Za-z0-9_-]{20,64}/g,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,250}/g,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /\bLTAI[A-Za-z0-9]{12,30}\b/g,
  /\bAKID[A-Za-z0-9]{32}\b/g,
  /\bAIza[0-9A-Za-z_-]{35}/g,
  /\bnpm_[A-Za-z0-9]{36}\b/g,
  /\bSG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,64}/g,
  /\b\d{8,10}:AA[A-Za-z0-9_-]{33}/g,
  // A signed token; both of its first parts begin with `{"`.
  /\beyJ[A-Za-z0-9_-]{8,8000}\.eyJ[A-Za-z0-9_-]{8,8000}\.[A-Za-z0-9_-]{8,8000}/g,
];

/** The part in the first group is the secret, the rest says that it is one. */
const carriers: readonly RegExp[] = [
  /\bbearer\s{1,4}([A-Za-z0-9._~+/-]{20,4000}=*)/gi,
  // A password in an address, between the name and the host.
  /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@?#]{0,100}:([^\s/@?#]{3,200})@/gi,
];

export function tokenSpans(text: string): SecretSpan[] {
  const byForm = forms.flatMap((form) =>
    [...text.matchAll(form)].map(({ 0: found, index }) => spanOf(index, found.length)),
  );
  const carried = carriers.flatMap((carrier) =>
    [...text.matchAll(carrier)].map(({ 0: whole, 1: secret = '', index }) =>
      spanOf(index + whole.lastIndexOf(secret), secret.length),
    ),
  );
  return [...byForm, ...carried];
}

const spanOf = (start: number, length: number): SecretSpan => ({ start, end: start + length, kind: 'api_key' });

const beginning = /-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
const ending = /-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;

/** From the line that begins a private key to the one that ends it; one without an end goes to the end of the text. */
export function privateKeySpans(text: string): SecretSpan[] {
  const spans: SecretSpan[] = [];
  let after = 0;
  for (const { index } of text.matchAll(beginning)) {
    if (index < after) continue;
    ending.lastIndex = index;
    const end = ending.exec(text);
    after = end ? end.index + end[0].length : text.length;
    spans.push({ start: index, end: after, kind: 'private_key' });
  }
  return spans;
}
