import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect } from 'vitest';
import { checkThoroughly, isIndexSound, isSound } from '../../src-main/core/store/sqlite/check.ts';
import { makeCopy } from '../../src-main/core/store/sqlite/copies.ts';
import type { Client } from '../../src-shared/contract/index.ts';
import { type Product, webhookSecret } from './product.ts';
import { sign } from './signed-load.ts';

/*
 * Words that only one person said, or that were only said about them, and their name. After they were erased every file
 * of the data folder is searched for them.
 */
export const canaries = ['quokkabeam', 'zebracorn', '紫水晶项链', 'Person-Nandi', 'nandi-desk'];

interface Said {
  sender_id: string;
  conversation_id: string;
  external_id: string;
  content: string;
}

export async function say({ url }: Product, message: Said): Promise<{ status: number; id: string }> {
  const body = JSON.stringify({ timestamp: Math.floor(Date.now() / 1000), ...message });
  const headers = { 'content-type': 'application/json', 'x-signature': sign(webhookSecret, body) };
  const response = await fetch(`${url}/api/messages`, { method: 'POST', headers, body });
  return { ...((await response.json()) as { id: string }), status: response.status };
}

export const said: readonly Said[] = [
  {
    sender_id: 'Person-Nandi',
    conversation_id: 'nandi-desk',
    external_id: 'n1',
    content: 'Please send me the quokkabeam report by Friday',
  },
  { sender_id: 'Person-Nandi', conversation_id: 'nandi-desk', external_id: 'n2', content: 'I live in zebracorn town' },
  { sender_id: 'Person-Nandi', conversation_id: 'team', external_id: 'n3', content: '我把紫水晶项链放在抽屉里了' },
  { sender_id: 'ben', conversation_id: 'team', external_id: 'b1', content: 'Please order lanterns for the office' },
];

/** They write, and somebody else asks about what they said; somebody notes something about them. */
export async function talk(product: Product, api: Client): Promise<void> {
  for (const message of said) expect(await say(product, message)).toMatchObject({ status: 202 });
  await expect
    .poll(async () => (await api.memories.list({ limit: 50 })).items.length, { timeout: 30_000 })
    .toBe(said.length);
  // What the product answers quotes them, in the conversation of somebody else.
  await say(product, {
    sender_id: 'ben',
    conversation_id: 'team',
    external_id: 'b2',
    content: '抽屉里有什么？',
  });
  await expect
    .poll(async () => (await messages(api, 'webhook:team')).filter(isQuoting), { timeout: 30_000 })
    .toHaveLength(1);
  await api.memories.create({ content: 'Owes us for the quokkabeam', subject: 'Person-Nandi' });
  await expect
    .poll(async () => (await api.facts.list({ person: 'Person-Nandi' })).items.length, { timeout: 30_000 })
    .toBe(1);
}

const isQuoting = ({ direction, content }: { direction: string; content: string }): boolean =>
  direction === 'out' && content.includes('紫水晶项链');

/** A copy of the database, as the product makes one a day. */
export async function copyOf(dataDir: string, now: number): Promise<void> {
  await makeCopy({ file: join(dataDir, 'memory.db'), folder: join(dataDir, 'backups'), reason: 'daily', now });
}

export function expectSound(dataDir: string): void {
  const db = new Database(join(dataDir, 'memory.db'), { readonly: true });
  const findings = checkThoroughly(db);
  db.close();
  expect([isSound(findings), isIndexSound(findings)]).toEqual([true, true]);
}

export const messages = async (api: Client, id: string) => (await api.conversations.messages({ id, limit: 50 })).items;
