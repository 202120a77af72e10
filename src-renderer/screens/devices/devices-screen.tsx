import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { MonitorSmartphone, Plus } from 'lucide-react';
import { useRef, useState } from 'react';
import type { Device, Role } from '../../../src-shared/schema/access.ts';
import { useApi, useDeviceActions, useDevices, useMe } from '../../api/index.ts';
import { EmptyState, FailureState, Skeleton } from '../../app/notice.tsx';
import { useReportFailure } from '../../app/toast.tsx';
import { useAnnounce } from '../../components/announcer.tsx';
import { Button } from '../../components/button.tsx';
import { ScrollArea } from '../../components/scroll-area.tsx';
import { usePlace } from '../../components/use-place.ts';
import { useText } from '../../locales/index.ts';
import { AddDevice } from './add-device.tsx';
import { DeviceRow, ShellRow } from './device-row.tsx';
import { EndedDevices } from './ended-devices.tsx';
import { RevokeQuestion } from './revoke-question.tsx';

const route = getRouteApi('/settings/devices');

export function DevicesScreen() {
  const t = useText();
  const navigate = useNavigate();
  const { add } = route.useSearch();
  const { data: me, error, refetch } = useMe();
  const isAdmin = me?.role === 'admin';
  const setAdding = (on: boolean) =>
    void navigate({ to: '/settings/devices', search: on ? { add: '1' } : {}, replace: true });

  return (
    <ScrollArea label={t('devices.title')} className="h-full">
      <div className="mx-auto flex min-h-full max-w-3xl flex-col gap-4 px-4 py-3">
        <header className="flex min-h-8 flex-wrap items-center gap-2">
          <h1 className="flex-1 text-page">{t('devices.title')}</h1>
          {isAdmin && (
            <Button kind="primary" icon={<Plus aria-hidden="true" size={15} />} onPress={() => setAdding(true)}>
              {t('devices.add')}
            </Button>
          )}
        </header>
        {error && !me && <FailureState error={error} onRetry={() => void refetch()} />}
        {!error && !me && <Skeleton rows={3} />}
        {me && !isAdmin && <ForAdminsOnly role={me.role} />}
        {me && isAdmin && <Everything ownId={me.token_id} />}
      </div>
      {isAdmin && add !== undefined && <AddDevice approver={me.role} onClose={() => setAdding(false)} />}
    </ScrollArea>
  );
}

function ForAdminsOnly({ role }: { role: Role }) {
  const t = useText();
  return (
    <EmptyState
      title={t('devices.onlyAdminTitle')}
      text={t('devices.onlyAdmin', { role: t(`devices.role.${role}`) })}
      icon={<MonitorSmartphone aria-hidden="true" size={28} />}
    />
  );
}

function Everything({ ownId }: { ownId: string }) {
  const t = useText();
  const announce = useAnnounce();
  const { now } = usePlace();
  const { inShell } = useApi().connection;
  const { data: devices, error, refetch } = useDevices();
  const { rename, revoke, revokeOthers } = useDeviceActions({ onFailure: useReportFailure() });
  const [asksForAll, setAsksForAll] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);

  if (error && !devices) return <FailureState error={error} onRetry={() => void refetch()} />;
  if (!devices) return <Skeleton rows={3} />;
  const holds = (device: Device) => device.revoked_at === null && Date.parse(device.expires_at) > now.getTime();
  const current = devices.filter(holds).toSorted((a, b) => Number(b.id === ownId) - Number(a.id === ownId));
  const others = current.filter(({ id }) => id !== ownId).length;

  /** What had the focus is gone with its row. */
  function say(sentence: string) {
    announce(sentence);
    heading.current?.focus();
  }

  async function revokeOne({ id, label }: Device) {
    if (await revoke(id)) say(t('devices.revoked', { label }));
  }

  async function revokeAll() {
    const count = await revokeOthers();
    setAsksForAll(false);
    if (count !== null) say(t('devices.othersRevoked', { count }));
  }

  return (
    <>
      <p className="text-text-2">{t('devices.intro')}</p>
      <section aria-labelledby="devices-heading">
        <h2 id="devices-heading" ref={heading} tabIndex={-1} className="mb-1.5 text-body text-text-2">
          {t('devices.list')}
        </h2>
        <ul className="card divide-y divide-divider">
          {inShell && <ShellRow />}
          {current.map((device) => (
            <DeviceRow
              key={device.id}
              device={device}
              isOwn={device.id === ownId}
              onRename={async (label) => {
                const done = await rename(device, label);
                if (done) announce(t('devices.renamed', { label }));
                return done;
              }}
              onRevoke={() => revokeOne(device)}
            />
          ))}
        </ul>
      </section>
      {others === 0 && (
        <EmptyState
          title={t('devices.emptyTitle')}
          text={t('devices.emptyText')}
          icon={<MonitorSmartphone aria-hidden="true" size={28} />}
        />
      )}
      {others > 0 &&
        (asksForAll ? (
          <RevokeQuestion
            text={t('devices.revokeOthersAsk', { count: others })}
            confirm={t('devices.revokeOthers')}
            onConfirm={revokeAll}
            onCancel={() => setAsksForAll(false)}
          />
        ) : (
          <Button kind="danger" className="-ml-3 self-start forced-colors:ml-0" onPress={() => setAsksForAll(true)}>
            {t('devices.revokeOthers')}
          </Button>
        ))}
      <EndedDevices devices={devices.filter((device) => !holds(device))} />
    </>
  );
}
