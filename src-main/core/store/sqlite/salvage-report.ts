import type { SalvageReport, TableReport } from './salvage-schema.ts';

type Count = 'saved' | 'from_copy' | 'altered' | 'missing';

export const totalOf = ({ tables }: SalvageReport, count: Count): number =>
  tables.reduce((total, table) => total + table[count], 0);

const words: Record<string, readonly [english: string, chinese: string]> = {
  messages: ['messages', '消息'],
  message_events: ['steps in the time lines of messages', '消息时间线上的步骤'],
  message_sources: ['links from replies to memories', '回复与记忆之间的关联'],
  dead_letters: ['messages set aside', '搁置的消息'],
  outbox: ['replies to be sent', '待发送的回复'],
  tasks: ['todos', '待办'],
  memories: ['memories', '记忆'],
  tokens: ['access tokens', '访问令牌'],
  imports: ['imports', '导入'],
  memory_marks: ['marks on memories', '记忆上的标记'],
  import_items: ['notes of what an import brought', '导入内容的登记'],
  memory_keys: ['versions of the key of sensitive memories', '敏感记忆密钥的版本'],
  message_seals: ['sealed texts of messages that wait', '待处理消息的加密正文'],
};

/** The report as a person reads it, in both languages. */
export function reportText(report: SalvageReport): string {
  return `${english(report)}\n${'-'.repeat(72)}\n\n${chinese(report)}`;
}

function english({ at, aside, found, copy, tables }: SalvageReport): string {
  const lines = tables.map((table) => {
    const [what] = words[table.table] ?? [table.table];
    const more = table.open_ended ? ' or more' : '';
    return `  ${what}: ${table.saved} saved, ${table.from_copy} from the copy, ${table.altered} kept though altered, ${table.missing}${more} missing${named(table, 'for example')}\n`;
  });
  return `The database of Clawdbot was damaged. A new one stands in its place.

Found at ${at}: ${found}
The damaged one was set aside as it was: ${aside}
${copy ? `The newest good copy is of ${copy.made_at}: ${copy.path}` : 'There was no good copy to take rows from.'}

${lines.join('')}
"Kept though altered" means that something in a row is not what was written, and nothing better was found.
A message from the copy that may have been answered since waits under "needs a look"; a reply from the copy is not sent again.
Access tokens are never taken from a copy: one that was revoked since would be good again. Pair anew where one is missing.
Pairing codes are left behind: make a new one.

What to do: check what is named above. A disk that damages one file may damage the next: look at its health, and make a
backup elsewhere. When you no longer need the damaged database, delete the folder; the notice goes with it.
`;
}

function chinese({ at, aside, found, copy, tables }: SalvageReport): string {
  const lines = tables.map((table) => {
    const [, what] = words[table.table] ?? [table.table, table.table];
    const more = table.open_ended ? '或更多' : '';
    return `  ${what}：救回 ${table.saved}，取自副本 ${table.from_copy}，有改动但保留 ${table.altered}，缺失 ${table.missing}${more}${named(table, '例如')}\n`;
  });
  return `Clawdbot 的数据库已损坏，现已由新的数据库代替。

发现于 ${at}：${found}
损坏的数据库已原样移到：${aside}
${copy ? `最新的完好副本制作于 ${copy.made_at}：${copy.path}` : '没有可用的完好副本。'}

${lines.join('')}
“有改动但保留”表示该行内容与写入时不完全一致，且没有更好的版本。
取自副本的消息可能此后已经回复过，因此列在“需要查看”中；取自副本的回复不会再次发送。
访问令牌从不取自副本：此后被撤销的令牌会因此重新生效。缺失的请重新配对。
配对码不会保留，请重新生成。

建议：检查上面列出的内容。损坏过一个文件的磁盘可能再次损坏文件，请检查磁盘状况，并在别处备份。
不再需要损坏的数据库时，删除该文件夹即可，提示也会随之消失。
`;
}

const named = ({ keys }: TableReport, such: string): string =>
  keys.length > 0 ? ` (${such}: ${keys.join(', ')})` : '';
