import type { Device } from '../../../src-shared/schema/access.ts';
import { Moment } from '../../components/moment.tsx';
import { useText } from '../../locales/index.ts';

/** The latest are enough to look something up; all of them are at /api/v1/tokens. */
const maxShown = 50;

/** What was revoked or has expired, kept for a month so that it can be looked up. */
export function EndedDevices({ devices }: { devices: readonly Device[] }) {
  const t = useText();
  if (devices.length === 0) return null;
  const latest = devices.toSorted((a, b) => endOf(b).localeCompare(endOf(a))).slice(0, maxShown);
  return (
    <details className="text-text-2">
      <summary className="min-h-6 w-fit cursor-default rounded-sm">
        {t('devices.ended', { count: devices.length })}
      </summary>
      <ul className="mt-1.5 flex flex-col gap-1 text-meta">
        {latest.map((device) => (
          <li key={device.id} className="wrap-anywhere">
            {device.label} · {t(`devices.role.${device.role}`)} ·{' '}
            {t(device.revoked_at === null ? 'devices.hasExpired' : 'devices.wasRevoked')} <Moment at={endOf(device)} />
          </li>
        ))}
      </ul>
    </details>
  );
}

const endOf = (device: Device): string => device.revoked_at ?? device.expires_at;
