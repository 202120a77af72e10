import { idNumberSpans } from './chinese-id.ts';
import { privateKeySpans, tokenSpans } from './keys-and-tokens.ts';
import { cardSpans } from './payment-card.ts';
import { saidSpans } from './said-as-such.ts';

export type SecretKind = 'private_key' | 'api_key' | 'card' | 'id_number' | 'password';

/** Where a secret stands in a text, in UTF-16 units. */
export interface SecretSpan {
  start: number;
  end: number;
  kind: SecretKind;
}

/** As long as the longest message. */
const maxSearched = 200_000;

// Whatever none of these stands in holds no secret that is known by its form: most texts end here, within a microsecond.
const worthALook =
  /[0-9０-９]{4}|pass|pwd|\bpin\b|key|token|secret|bearer|密码|口令|密钥|秘钥|令牌|sk[-_]|eyJ|xox|LTAI|AKIA|ASIA|AKID|AIza|gh[opsur]_|:\/\//i;

/**
 * The secrets in a text that are known by their form (keys, tokens, card and identity numbers with a right check digit)
 * or said to be one (passwords, in English and Chinese). In the order of the text; none overlaps another.
 */
export function findSecrets(text: string): SecretSpan[] {
  const searched = text.slice(0, maxSearched);
  if (!worthALook.test(searched)) return [];
  const plain = withPlainDigits(searched);
  const found = [
    ...privateKeySpans(plain),
    ...tokenSpans(plain),
    // Before cards: one in ten identity numbers that begin like a card has its check digit, too.
    ...idNumberSpans(plain),
    ...cardSpans(plain),
    ...saidSpans(plain),
  ];
  return apart(found);
}

const fullWidth = /[０-９Ａ-Ｚａ-ｚ：＝]/g;

/** Full-width digits, letters and signs as plain ones; every unit stays in its place. */
const withPlainDigits = (text: string): string =>
  text.replace(fullWidth, (unit) => String.fromCharCode(unit.charCodeAt(0) - 0xfee0));

function apart(spans: SecretSpan[]): SecretSpan[] {
  const kept: SecretSpan[] = [];
  for (const span of spans.toSorted((one, other) => one.start - other.start || other.end - one.end)) {
    const last = kept.at(-1);
    if (last && span.start < last.end) last.end = Math.max(last.end, span.end);
    else kept.push({ ...span });
  }
  return kept;
}
