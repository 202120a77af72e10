import { useMutation, useQuery } from '@tanstack/react-query';
import type { Device, Role } from '../../src-shared/schema/access.ts';
import { useApi } from './context.tsx';
import { failureCode } from './failure.ts';
import { keys } from './keys.ts';

/** Connections come and go without an event of their own. */
const devicesEveryMs = 5_000;
/** Its use is an event; this is for the one that was missed, and for its end. */
const codeEveryMs = 2_000;

/** Every token that was given out; only an admin may ask. */
export function useDevices() {
  const { connection } = useApi();
  return useQuery({
    queryKey: keys.devices,
    queryFn: async () => (await connection.client.access.listTokens()).items,
    refetchInterval: devicesEveryMs,
  });
}

export function useReach() {
  const { connection } = useApi();
  return useQuery({ queryKey: keys.reach, queryFn: () => connection.client.access.reach() });
}

export function useDeviceActions({ onFailure }: { onFailure(error: unknown): void }) {
  const { connection, cache } = useApi();
  const { access } = connection.client;
  const refresh = () => cache.invalidateQueries({ queryKey: keys.access });

  /** Whether it was done; what was not is told. */
  async function attempt(action: () => Promise<unknown>): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (error) {
      onFailure(error);
      return false;
    } finally {
      void refresh();
    }
  }

  return {
    rename: (device: Device, label: string) => attempt(() => access.renameToken({ id: device.id, label })),
    revoke: (id: string) => attempt(() => access.revokeToken({ id })),
    /** How many were revoked; null when it could not be done. */
    async revokeOthers(): Promise<number | null> {
      let count: number | null = null;
      await attempt(async () => (count = (await access.revokeOtherTokens({ except: 'mine' })).revoked));
      return count;
    },
  };
}

/** Makes codes that pair a device, and takes them back. */
export function usePairing() {
  const { connection } = useApi();
  const { access } = connection.client;
  const make = useMutation({
    mutationFn: (wanted: { role: Role; label: string }) => access.createPairingCode(wanted),
    retry: false,
  });
  return {
    make,
    /** Nobody waits for it: a code that is not taken back ends by itself within the minute. */
    withdraw: (id: string) =>
      void access
        .withdrawPairingCode({ id })
        .catch((error: unknown) => console.warn('a pairing code was not taken back', failureCode(error))),
  };
}

/** What became of a code that is shown. */
export function usePairingCode(id: string) {
  const { connection } = useApi();
  return useQuery({
    queryKey: keys.pairingCode(id),
    queryFn: () => connection.client.access.getPairingCode({ id }),
    refetchInterval: ({ state }) => (state.data && state.data.state !== 'waiting' ? false : codeEveryMs),
    gcTime: 0,
  });
}
