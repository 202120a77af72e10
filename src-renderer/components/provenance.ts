import type { Text } from '../locales/index.ts';

interface Origin {
  platform: string | null;
  sender_id: string | null;
}

/** Where something was said and by whom, in the reader's words: our own chat has "me" for the one who reads. */
export function provenance(t: Text, { platform, sender_id }: Origin): { where: string | null; who: string | null } {
  const isChat = platform === 'chat';
  return {
    where: platform && platformName(t, platform),
    who: isChat && sender_id !== null ? personName(t, sender_id) : sender_id,
  };
}

/** Where nothing but the name is known. */
export const personName = (t: Text, name: string): string => (name === 'me' ? t('common.you') : name);
export const platformName = (t: Text, name: string): string => (name === 'chat' ? t('nav.chat') : name);
