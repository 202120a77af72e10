import type {
  ErasureCertificate,
  ErasurePreview,
  ErasureRemains,
  ErasureRequest,
} from '../../../src-shared/schema/erasure.ts';

export function previewText({ person, platform }: ErasureRequest, found: ErasurePreview): string {
  const { memories, messages, todos } = found;
  const on = platform === undefined ? '' : ` on ${platform}`;
  return [
    `Of ${person}${on} would go: ${memories} memories and ${messages} messages with the answers to them; ${todos} todos would go, or stay without their source.`,
    `将清除 ${person} 的 ${memories} 条记忆和 ${messages} 条消息及其回答；${todos} 项待办会被删除，或保留但去掉出处。`,
    '',
  ].join('\n');
}

export function certificateText(certificate: ErasureCertificate): string {
  const { id, erased, erased_at, swept_at, digest, salt, remains } = certificate;
  return [
    `Erased: ${erased.memories} memories, ${erased.messages} messages, ${erased.replies} answers; ${erased.todos_removed} todos went, ${erased.todos_unlinked} stay without their source.`,
    `已清除：${erased.memories} 条记忆、${erased.messages} 条消息、${erased.replies} 条回答；${erased.todos_removed} 项待办已删除，${erased.todos_unlinked} 项保留但去掉了出处。`,
    `Certificate ${id}, erased ${erased_at}, ${swept_at === null ? 'copies not replaced yet' : `database written anew and copies replaced ${swept_at}`}`,
    `  digest ${digest}`,
    `  salt   ${salt}`,
    'It may still be in / 可能还在：',
    ...remains.map((each) => `  ${placeOf(each)}`),
    '',
  ].join('\n');
}

const places: Record<ErasureRemains['kind'], string> = {
  copies: 'copies of the database, until they are replaced / 尚未替换的数据库副本',
  server:
    'what the database server keeps of removed rows, in its logs and its own backups / 数据库服务器保留的已删除行、日志和自己的备份',
  before_restore: 'what a restore put aside; delete it once you no longer need it / 恢复时挪开的数据，不再需要时请删除',
  damaged:
    'a damaged database that was put aside; delete it once you no longer need it / 挪开的损坏数据库，不再需要时请删除',
  backups: 'backups and exports that you made before / 你以前做的备份和导出',
};

const placeOf = ({ kind, path }: ErasureRemains): string => `${places[kind]}${path === null ? '' : `: ${path}`}`;
