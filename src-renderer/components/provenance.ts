import type { Text } from '../locales/index.ts';

interface Origin {
  platform: string | null;
  sender_id: string | null;
}

/** Where something was said and by whom, in the reader's words: our own chat has "me" for the one who reads. */
export function provenance(t: Text, { platform, sender_id }: Origin): { where: string | null; who: string | null } {
  const isChat = platform === 'chat';
  return { where: isChat ? t('nav.chat') : platform, who: isChat && sender_id === 'me' ? t('common.you') : sender_id };
}
