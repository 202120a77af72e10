import { MatchReason, type MemoryHit } from '../../../src-shared/schema/memory.ts';
import { isoTime } from '../foundation/clock.ts';
import { foldText } from '../language/index.ts';
import type { Reader } from '../store/index.ts';
import type { Evidence } from './evidence.ts';
import type { Nearness } from './fusion.ts';
import type { RecallPlan } from './plan.ts';
import type { Ranked } from './ranking.ts';
import { isPartOfName } from './saying.ts';

/** A turn that answers. */
export type Answer = Pick<Ranked, 'turn' | 'score' | 'inTime'>;

type Why = Pick<MemoryHit, 'matched' | 'terms' | 'reasons'>;
type HitRow = Omit<
  MemoryHit,
  'created_at' | 'metadata' | 'score' | 'sensitive' | 'pinned' | 'never_use' | 'superseded_by' | keyof Why
> & { created_at: number; metadata: string; sensitive: number };

export function hitOf(
  reader: Reader,
  seq: number,
  found: Why & Pick<MemoryHit, 'score' | 'pinned' | 'never_use'>,
  plan: RecallPlan,
): Omit<MemoryHit, 'superseded_by'> | null {
  const row = reader.get<HitRow>(
    `SELECT id, external_id, content, created_at, sender_id, conversation_id, platform, message_id, metadata, kind, subject,
       sensitive
     FROM memories WHERE seq = ? AND forgotten_at IS NULL AND sensitive < 2`,
    seq,
  );
  // Erased since it was ranked: then it is no answer.
  if (!row) return null;
  return {
    ...row,
    created_at: isoTime(row.created_at),
    metadata: JSON.parse(row.metadata),
    sensitive: row.sensitive === 1,
    ...found,
    terms: asWritten(found.terms, row.content, plan),
  };
}

/** The terms as the text has them: where it says "bought", that was found and not the "buy" of the question. */
function asWritten(found: readonly string[], content: string, { terms }: RecallPlan): string[] {
  const formsOf = new Map(terms.map(({ text, forms }) => [text, forms.map((form) => form.text)]));
  const written = new Set(foldText(content).match(/[a-z]+/g));
  return found.flatMap((text) => {
    const forms = (formsOf.get(text) ?? []).filter((form) => written.has(form));
    return forms.length > 0 && !written.has(text) ? forms : [text];
  });
}

export function whyFound(
  { turn, inTime }: Answer,
  evidence: Pick<Evidence, 'foundIn' | 'exact'>,
  plan: RecallPlan,
  nearness: Nearness | undefined,
): Why {
  const terms = [...evidence.foundIn(turn.seq)];
  const words = terms.filter((term) => !isPartOfName(term, plan.names));
  const isFromAsked = turn.sender_id !== null && plan.senders.has(foldText(turn.sender_id));
  const nearby = [turn.previous?.previous, turn.previous, turn.next, turn.next?.next];
  const holds: Record<MatchReason, boolean> = {
    phrase: evidence.exact?.has(turn.seq) === true,
    words: words.length > 0,
    person: isFromAsked || terms.length > words.length,
    time: inTime,
    around: nearby.some(
      (other) => other !== undefined && evidence.foundIn(other.seq).some((term) => !terms.includes(term)),
    ),
  };
  const matched: MemoryHit['matched'] = [
    ...(terms.length > 0 ? (['keyword'] as const) : []),
    ...(nearness?.has(turn.seq) ? (['semantic'] as const) : []),
    ...(inTime ? (['time'] as const) : []),
  ];
  return {
    terms,
    // Without words of its own, it stands where the words are.
    matched: matched.length > 0 ? matched : ['keyword'],
    reasons: MatchReason.options.filter((reason) => holds[reason]),
  };
}
