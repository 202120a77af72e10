import { Circle, KeyRound, type LucideIcon, Monitor, MonitorSmartphone, Pencil, Terminal } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Form } from 'react-aria-components';
import type { Device, TokenOrigin } from '../../../src-shared/schema/access.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { TextField } from '../../components/field.tsx';
import { formatFull, formatSpan } from '../../components/format.ts';
import { Moment } from '../../components/moment.tsx';
import { useEscape } from '../../components/use-escape.ts';
import { usePlace } from '../../components/use-place.ts';
import { useText } from '../../locales/index.ts';
import { RevokeQuestion } from './revoke-question.tsx';

const icons: Record<TokenOrigin, LucideIcon> = {
  pairing: MonitorSmartphone,
  command_line: Terminal,
  start: Terminal,
  api: KeyRound,
  unknown: KeyRound,
};

interface DeviceRowProps {
  device: Device;
  isOwn: boolean;
  /** Whether it was done. */
  onRename(label: string): Promise<boolean>;
  onRevoke(): Promise<void>;
}

export function DeviceRow({ device, isOwn, onRename, onRevoke }: DeviceRowProps) {
  const t = useText();
  const [mode, setMode] = useState<'shown' | 'renaming' | 'revoking'>('shown');
  const row = useRef<HTMLElement>(null);
  const Icon = icons[device.origin];

  const cameFrom = useRef<'rename' | 'revoke' | null>(null);

  /** Back to the button that led away, once it is there again. */
  function show(from: 'rename' | 'revoke') {
    cameFrom.current = from;
    setMode('shown');
  }
  useEffect(() => {
    if (mode !== 'shown' || cameFrom.current === null) return;
    row.current?.querySelector<HTMLElement>(`[data-act="${cameFrom.current}"]`)?.focus();
    cameFrom.current = null;
  }, [mode]);

  return (
    <li>
      <article ref={row} aria-label={device.label} className="flex flex-col gap-2 p-3">
        <div className="flex items-start gap-3">
          <Icon aria-hidden="true" size={20} className="mt-0.5 shrink-0 text-text-2" />
          <div className="min-w-0 flex-1">
            {mode === 'renaming' ? (
              <RenameForm
                label={device.label}
                onSave={async (label) => {
                  if (label === device.label || (await onRename(label))) show('rename');
                }}
                onCancel={() => show('rename')}
              />
            ) : (
              <div className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
                <h3 className="wrap-anywhere">{device.label}</h3>
                <IconButton
                  size="small"
                  label={t('devices.rename', { label: device.label })}
                  onPress={() => setMode('renaming')}
                  data-act="rename"
                >
                  <Pencil aria-hidden="true" size={13} />
                </IconButton>
                {isOwn && <Badge>{t('devices.this')}</Badge>}
                {device.connections > 0 && (
                  <span className="flex items-center gap-1 text-meta text-ok">
                    <Circle aria-hidden="true" size={8} className="fill-current" />
                    {t('devices.connected', { count: device.connections })}
                  </span>
                )}
              </div>
            )}
            <Facts device={device} />
          </div>
          {mode !== 'revoking' && (
            <Button
              kind="danger"
              aria-label={t('devices.revokeLabel', { label: device.label })}
              onPress={() => setMode('revoking')}
              data-act="revoke"
            >
              {t('devices.revoke')}
            </Button>
          )}
        </div>
        {mode === 'revoking' && (
          <RevokeQuestion
            text={t(isOwn ? 'devices.revokeAskThis' : 'devices.revokeAsk', { label: device.label })}
            confirm={t('devices.revoke')}
            onConfirm={async () => {
              await onRevoke();
              setMode('shown');
            }}
            onCancel={() => show('revoke')}
          />
        )}
      </article>
    </li>
  );
}

/** The window of the desktop shell, which the machine itself vouches for. */
export function ShellRow() {
  const t = useText();
  return (
    <li className="flex items-start gap-3 p-3">
      <Monitor aria-hidden="true" size={20} className="mt-0.5 shrink-0 text-text-2" />
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-2">
          <h3>{t('devices.shell')}</h3>
          <Badge>{t('devices.this')}</Badge>
        </div>
        <p className="text-meta text-text-2">{t('devices.shellHint')}</p>
      </div>
    </li>
  );
}

const Badge = ({ children }: { children: ReactNode }) => (
  <span className="rounded-full bg-accent-soft px-2 text-accent text-meta forced-colors:border">{children}</span>
);

function Facts({ device }: { device: Device }) {
  const t = useText();
  const place = usePlace();
  const { last_used: used } = device;
  const expires = new Date(device.expires_at);
  return (
    <div className="text-meta text-text-2">
      <p>
        <span className="font-semibold text-text">{t(`devices.role.${device.role}`)}</span>
        {' · '}
        {t(`devices.origin.${device.origin}`)}
        {' · '}
        {t('devices.created')} <Moment at={device.created_at} />
      </p>
      <p>
        {used ? (
          <>
            {t('devices.lastUsed')} <Moment at={used.at} />
            {' · '}
            {t(`devices.way.${used.way}`)}
            {' · '}
            {t(`devices.from.${used.from}`)}
          </>
        ) : (
          t('devices.neverUsed')
        )}
        {' · '}
        <time dateTime={device.expires_at} title={formatFull(expires, place)}>
          {t('devices.expires', { span: formatSpan(expires.getTime() - place.now.getTime(), place.language) })}
        </time>
      </p>
    </div>
  );
}

interface RenameFormProps {
  label: string;
  onSave(label: string): Promise<void>;
  onCancel(): void;
}

function RenameForm({ label, onSave, onCancel }: RenameFormProps) {
  const t = useText();
  const [value, setValue] = useState(label);
  const form = useRef<HTMLFormElement>(null);
  useEscape(form, onCancel);
  const wanted = value.trim();
  return (
    <Form
      ref={form}
      className="mb-1 flex flex-wrap items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted) void onSave(wanted);
      }}
    >
      <TextField
        label={t('devices.name')}
        hideLabel
        value={value}
        onChange={setValue}
        maxLength={64}
        autoComplete="off"
        autoFocus
        className="min-w-40 flex-1"
      />
      <Button type="submit" isDisabled={!wanted}>
        {t('common.save')}
      </Button>
      <Button kind="quiet" onPress={onCancel}>
        {t('common.cancel')}
      </Button>
    </Form>
  );
}
