import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { AppError } from '../../core/foundation/app-error.ts';
import { writeFileAtomic } from '../../core/foundation/atomic-file.ts';
import type { SecretStore } from '../../core/foundation/host.ts';
import type { Electron } from './electron-modules.ts';

interface SecretDeps {
  electron: Pick<Electron, 'safeStorage'>;
  platform: NodeJS.Platform;
  dataDir: string;
  /** Called once, when what the desktop offers does not protect anything. */
  onPlainText(): void;
}

/** The ciphertexts, and which key chain made them: no other can read them. */
const SecretFile = z.object({ backend: z.string(), secrets: z.record(z.string(), z.base64()) });
type SecretFile = z.infer<typeof SecretFile>;

/** Secrets in a file that only the system's key chain can open. It never changes over to another by itself. */
export function createSafeSecrets({
  electron: { safeStorage },
  platform,
  dataDir,
  onPlainText,
}: SecretDeps): SecretStore {
  const file = join(dataDir, 'keys', 'desktop-secrets.json');
  let hasWarned = false;
  let writing: Promise<void> = Promise.resolve();

  async function backendNow(): Promise<string> {
    const backend =
      platform === 'linux' ? safeStorage.getSelectedStorageBackend() : platform === 'darwin' ? 'keychain' : 'dpapi';
    if (backend === 'unknown' || !(await safeStorage.isAsyncEncryptionAvailable())) {
      throw unavailable(
        'the key chain of this desktop cannot be reached',
        'Unlock it, or log in again, then start Clawdbot anew.',
      );
    }
    if (backend === 'basic_text' && !hasWarned) {
      hasWarned = true;
      onPlainText();
    }
    return backend;
  }

  async function read(): Promise<SecretFile | null> {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (text === null) return null;
    const parsed = SecretFile.safeParse(jsonOrNull(text));
    if (parsed.success) return parsed.data;
    throw unavailable('it does not parse', 'Put it back from a backup, or delete it to enter its secrets anew.');
  }

  /** What the file holds, when this session's key chain is the one that made it. */
  async function open(): Promise<SecretFile> {
    const backend = await backendNow();
    const found = await read();
    if (!found || Object.keys(found.secrets).length === 0) return { backend, secrets: {} };
    if (found.backend === backend) return found;
    throw unavailable(
      `its secrets were locked with ${found.backend}, and this session offers ${backend}`,
      `Log in to a session with ${found.backend}, or delete the file to enter its secrets anew.`,
    );
  }

  function unavailable(reason: string, remedy: string): AppError {
    return new AppError('SECRETS_UNAVAILABLE', `${file} cannot be used: ${reason}. ${remedy}`, { path: file });
  }

  /** One change after the other, or the second would undo the first. */
  function change(edit: (secrets: SecretFile['secrets']) => Promise<SecretFile['secrets']>): Promise<void> {
    const done = writing.then(async () => {
      const { backend, secrets } = await open();
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await writeFileAtomic(file, JSON.stringify({ backend, secrets: await edit(secrets) }, null, 2));
    });
    writing = done.catch(() => undefined);
    return done;
  }

  return {
    description: `${file} (opened by the key chain of this desktop)`,
    async get(name) {
      const { secrets } = await open();
      const locked = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
      if (locked === undefined) return null;
      return (await safeStorage.decryptStringAsync(Buffer.from(locked, 'base64'))).result;
    },
    async set(name, value) {
      const locked = (await encrypted(value)).toString('base64');
      await change(async (secrets) => ({ ...secrets, [name]: locked }));
    },
    async delete(name) {
      await change(async ({ [name]: _gone, ...rest }) => rest);
    },
  };

  async function encrypted(value: string): Promise<Buffer> {
    await backendNow();
    return safeStorage.encryptStringAsync(value);
  }
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
