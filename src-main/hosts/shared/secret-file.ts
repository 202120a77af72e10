import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../core/foundation/atomic-file.ts';
import type { SecretStore } from '../../core/foundation/host.ts';

/** A server has no key chain: secrets lie in one file that only this user may read. */
export function createSecretFile(dataDir: string): SecretStore {
  const file = join(dataDir, 'keys', 'secrets.json');

  async function read(): Promise<Record<string, string>> {
    try {
      return JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
      throw new Error(
        `${file} cannot be read as JSON; put it back from a backup, or delete it to enter its secrets anew`,
        { cause: error },
      );
    }
  }

  return {
    description: `${file} (readable by this user only)`,
    get: async (name) => {
      const secrets = await read();
      return Object.hasOwn(secrets, name) ? (secrets[name] ?? null) : null;
    },
    async set(name, value) {
      await writeFileAtomic(file, JSON.stringify({ ...(await read()), [name]: value }, null, 2));
    },
    async delete(name) {
      const { [name]: _gone, ...rest } = await read();
      await writeFileAtomic(file, JSON.stringify(rest, null, 2));
    },
  };
}
