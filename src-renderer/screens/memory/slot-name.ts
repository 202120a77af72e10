import type { Text } from '../../locales/index.ts';

const plainSlots = [
  'name',
  'birthday',
  'home',
  'hometown',
  'employer',
  'job',
  'school',
  'phone',
  'email',
  'address',
  'likes',
  'allergy',
  'language',
  'pet',
] as const;

/** What a fact tells; "name of dog" holds a word of whoever said it. */
export function slotName(t: Text, slot: string): string {
  const plain = plainSlots.find((each) => each === slot);
  if (plain) return t(`facts.slot.${plain}`);
  if (slot.startsWith('name of ')) return t('facts.slot.nameOf', { whose: slot.slice('name of '.length) });
  if (slot.startsWith('favourite ')) return t('facts.slot.favourite', { what: slot.slice('favourite '.length) });
  return slot.replace(/^own /, '');
}
