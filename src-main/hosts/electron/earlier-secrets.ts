import type { SecretStore } from '../../core/foundation/host.ts';

/** The key chain, and behind it what a server or the command line kept in the folder before this desktop opened it. */
export const withEarlier = (chain: SecretStore, earlier: SecretStore): SecretStore => ({
  description: chain.description,
  get: async (name) => (await chain.get(name)) ?? (await earlier.get(name)),
  set: (name, value) => chain.set(name, value),
  async delete(name) {
    await chain.delete(name);
    if ((await earlier.get(name)) !== null) await earlier.delete(name);
  },
});
