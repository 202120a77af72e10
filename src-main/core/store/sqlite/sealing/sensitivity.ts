import { findSecrets, foldText, mask, maskAll } from '../../../language/index.ts';

/** What makes a memory sensitive, beside the person who says so. */
export interface SensitiveRules {
  /** Secrets that are known by their form or said to be one. */
  detect: boolean;
  /** A text that holds one of these, whatever its case and width. */
  words: readonly string[];
  /** Whatever these senders say. */
  senders: readonly string[];
  /** Whatever is said there: conversation_id, or channel:conversation_id. */
  conversations: readonly string[];
}

export const noRules: SensitiveRules = { detect: false, words: [], senders: [], conversations: [] };

/** A text and where it comes from. */
export interface Said {
  content: string;
  sender_id: string | null;
  conversation_id: string | null;
  /** Of a memory: what else is kept with it. */
  metadata?: Readonly<Record<string, unknown>>;
}

export type Sensitivity = ReturnType<typeof createSensitivity>;

export function createSensitivity({ detect, words, senders, conversations }: SensitiveRules) {
  const folded = words.map(foldText);
  const fromWhom = new Set(senders.map(foldText));
  const where = new Set(conversations);

  const isByRule = ({ content, sender_id, conversation_id }: Said): boolean => {
    if (sender_id !== null && fromWhom.has(foldText(sender_id))) return true;
    if (conversation_id !== null && where.size > 0) {
      if (where.has(conversation_id) || where.has(conversation_id.slice(conversation_id.indexOf(':') + 1))) return true;
    }
    if (folded.length === 0) return false;
    const text = foldText(content);
    return folded.some((word) => text.includes(word));
  };

  const holdsSecret = ({ content, metadata = {} }: Said): boolean =>
    findSecrets(content).length > 0 ||
    (Object.keys(metadata).length > 0 && findSecrets(JSON.stringify(metadata)).length > 0);

  const covered = (text: string): string => (detect ? mask(text, findSecrets(text)) : text);

  return {
    isSensitive: (said: Said): boolean => isByRule(said) || (detect && holdsSecret(said)),
    /** The text without its secrets: all of it where a rule names it. The text itself where nothing is one. */
    cover: (said: Said): string => (isByRule(said) ? maskAll(said.content) : covered(said.content)),
    /** The same for what comes with a text: JSON, of which only texts are covered. `secrets` are those of the text itself. */
    coverJson(json: string, secrets: readonly string[]): string {
      const isTold = secrets.some((secret) => json.includes(JSON.stringify(secret).slice(1, -1)));
      if (!isTold && !(detect && findSecrets(json).length > 0)) return json;
      return JSON.stringify(coverDeep(JSON.parse(json), secrets));
    },
  };

  function coverDeep(value: unknown, secrets: readonly string[]): unknown {
    if (typeof value === 'string') return covered(without(value, secrets));
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => coverDeep(item, secrets));
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        // {"password":"…"} says what it is, which neither of the two does alone.
        detect && typeof item === 'string' && findSecrets(`${key}: ${item}`).length > 0
          ? maskAll(item)
          : coverDeep(item, secrets),
      ]),
    );
  }
}

/** The text with signs wherever one of these stands. */
export const without = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((left, secret) => left.replaceAll(secret, maskAll(secret)), text);
