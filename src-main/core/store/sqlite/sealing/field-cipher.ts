import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** The keys of one version, each for one use, all made from its root (HKDF-SHA256, RFC 5869). */
export interface FieldKeys {
  readonly fields: Buffer;
  readonly words: Buffer;
}

/** Where a sealed text belongs. A text put into another place does not open. */
export interface Place {
  table: 'memories' | 'messages';
  /** The id of the row, by which it is known everywhere. */
  row: string;
  field: string;
}

const nonceBytes = 12;
const tagBytes = 16;
/** Of an HMAC so much is kept: enough that two words of ten million memories do not meet. */
const wordBytes = 12;

const derived = (root: Uint8Array, id: string, use: string): Buffer =>
  Buffer.from(hkdfSync('sha256', root, id, `clawdbot memory ${use} 1`, 32));

export const deriveKeys = (root: Uint8Array, id: string): FieldKeys => ({
  fields: derived(root, id, 'fields'),
  words: derived(root, id, 'words'),
});

/** Tells a wrong key from a damaged text: known in the open, and nothing can be made from it. In lower-case hex. */
export const proofOf = (root: Uint8Array, id: string): string => derived(root, id, 'proof').toString('hex');

/** `VERSION.BASE64URL`: AES-256-GCM with a random nonce before and the tag behind; version and place are bound to it. */
export function sealText(keys: FieldKeys, version: number, place: Place, text: string): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', keys.fields, nonce).setAAD(boundTo(version, place));
  const box = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${version}.${box.toString('base64url')}`;
}

const sealedForm = /^([1-9]\d{0,8})\.[A-Za-z0-9_-]{38,}$/;

/** The version of the key that sealed a text; null for what is no sealed text. */
export function versionOf(sealed: string): number | null {
  const version = sealedForm.exec(sealed)?.[1];
  return version === undefined ? null : Number(version);
}

/** Null for a text that is not what was sealed, or not for this place. */
export function openText(keys: FieldKeys, version: number, place: Place, sealed: string): string | null {
  const box = Buffer.from(sealed.slice(sealed.indexOf('.') + 1), 'base64url');
  if (box.length < nonceBytes + tagBytes) return null;
  const decipher = createDecipheriv('aes-256-gcm', keys.fields, box.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  })
    .setAAD(boundTo(version, place))
    .setAuthTag(box.subarray(-tagBytes));
  try {
    const text = decipher.update(box.subarray(nonceBytes, -tagBytes));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}

const boundTo = (version: number, { table, row, field }: Place): Buffer =>
  Buffer.from(JSON.stringify(['clawdbot', version, table, row, field]));

/** What stands for a word in the blind index: the same for the same word, and telling nothing of it without the key. */
export const blindWord = (keys: FieldKeys, word: string): Buffer =>
  createHmac('sha256', keys.words).update(word).digest().subarray(0, wordBytes);
