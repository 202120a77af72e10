import type { Notice } from '../../../src-shared/schema/status.ts';
import { formatSpan } from '../../components/format.ts';
import type { Language, Text } from '../../locales/index.ts';

/** What a notice says to the reader: what is wrong, and what can be done instead. */
export function noticeText(notice: Notice, t: Text, language: Language): string {
  switch (notice.code) {
    case 'PORT_TAKEN': {
      const { key, holder } = notice;
      // As names, not as amounts: a port is written without separators.
      const port = String(notice.port);
      const free = String(notice.free_port);
      const taken = holder
        ? t('notice.port.takenBy', { port, program: holder.program, pid: String(holder.pid) })
        : t('notice.port.taken', { port });
      const what = t(key === 'app.port' ? 'notice.port.main' : 'notice.port.socket');
      const instead =
        notice.free_port === null ? t('notice.port.other', { key }) : t('notice.port.free', { key, free });
      return [taken, what, instead].join(language === 'en' ? ' ' : '');
    }
    case 'CLOCK_DIFFERS':
      return t(notice.offset_s > 0 ? 'notice.clock.behindSenders' : 'notice.clock.aheadOfSenders', {
        span: spanOf(notice.offset_s, language),
      });
    case 'CLOCK_BEHIND':
      return t('notice.clock.behindRecords', { span: spanOf(notice.behind_s, language) });
    case 'REPLIES_INTERCEPTED':
      return t(`notice.replies.${notice.by}`, { channel: notice.channel });
    case 'SENSITIVE_LOCKED':
      return t(`notice.sealed.${notice.why}`);
  }
}

const spanOf = (seconds: number, language: Language): string => formatSpan(Math.abs(seconds) * 1000, language);
