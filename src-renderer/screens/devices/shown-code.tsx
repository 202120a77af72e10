import { CircleCheck, Copy, RefreshCw } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { PairingCode, Reach } from '../../../src-shared/schema/access.ts';
import { failureCode, useDeviceActions, usePairingCode } from '../../api/index.ts';
import { useReportFailure } from '../../app/toast.tsx';
import { useAnnounce } from '../../components/announcer.tsx';
import { Button } from '../../components/button.tsx';
import { Choice } from '../../components/field.tsx';
import { useText } from '../../locales/index.ts';
import { QrCode } from './qr-code.tsx';
import { ReachNotice } from './reach-notice.tsx';
import { RevokeQuestion } from './revoke-question.tsx';
import { useCountdown } from './use-countdown.ts';

type OfferedCode = PairingCode & { code: string; ttl_seconds: number };

interface ShownCodeProps {
  code: OfferedCode;
  reach: Reach;
  onRenew(): void;
  onClose(): void;
}

/** A code while it works, and what became of it. */
export function ShownCode({ code, reach, onRenew, onClose }: ShownCodeProps) {
  const secondsLeft = useCountdown(code.ttl_seconds);
  const { data, error } = usePairingCode(code.id);
  if (data?.state === 'used' && data.token_id !== null)
    return <Paired code={data} tokenId={data.token_id} onClose={onClose} />;
  if (error && failureCode(error) === 'NOT_FOUND') return <Over why="gone" onRenew={onRenew} onClose={onClose} />;
  if (secondsLeft === 0 || data?.state === 'expired') return <Over why="expired" onRenew={onRenew} onClose={onClose} />;
  return <Waiting code={code} reach={reach} secondsLeft={secondsLeft} onRenew={onRenew} onClose={onClose} />;
}

function Waiting({ code, reach, secondsLeft, onRenew, onClose }: ShownCodeProps & { secondsLeft: number }) {
  const t = useText();
  const announce = useAnnounce();
  const [url, setUrl] = useState(reach.addresses[0]?.url ?? '');
  const [copying, setCopying] = useState<'copy' | 'copied' | 'notCopied'>('copy');
  const address = reach.addresses.find((each) => each.url === url);
  const link = `${url}/#pair=${code.code}`;

  async function copy() {
    // A browser may refuse, and says why to nobody but its own console.
    const outcome = await navigator.clipboard.writeText(link).then(
      () => 'copied' as const,
      () => 'notCopied' as const,
    );
    setCopying(outcome);
    announce(t(`pairing.${outcome}`));
  }

  return (
    <div className="flex flex-col gap-3">
      <ReachNotice reach={reach} />
      {reach.addresses.length > 1 && (
        <Choice
          label={t('pairing.address')}
          value={url}
          choices={reach.addresses.map((each) => ({ value: each.url, label: each.url }))}
          onChange={setUrl}
        />
      )}
      <div className="flex flex-wrap items-center justify-center gap-4">
        {/* One that no camera could follow would only lead into the void. */}
        {address && address.for !== 'this_machine' && (
          <QrCode text={link} label={t('pairing.qr', { address: url, code: code.code })} />
        )}
        <div className="flex min-w-48 flex-1 flex-col gap-2">
          <p className="text-text-2">
            {t(address && address.for !== 'this_machine' ? 'pairing.scan' : 'pairing.type')}
          </p>
          {address && reach.addresses.length === 1 && <code className="wrap-anywhere select-all font-mono">{url}</code>}
          <p className="text-meta text-text-2">
            {t('pairing.codeLabel')}
            <output className="block select-all font-mono text-[1.625rem] text-text tracking-wider">{code.code}</output>
          </p>
          <p role="timer" className="text-meta text-text-2">
            {t('pairing.left', { count: secondsLeft })}
          </p>
          <progress
            aria-hidden="true"
            max={code.ttl_seconds}
            value={secondsLeft}
            className="h-1 w-full appearance-none overflow-hidden rounded-full [&::-webkit-progress-bar]:bg-divider [&::-webkit-progress-value]:bg-accent"
          />
          {address?.for === 'this_machine' && <p className="text-meta text-text-2">{t('pairing.onlyHere')}</p>}
          {address?.for === 'phone_through_proxy' && (
            <p className="text-meta text-text-2">{t('pairing.throughProxy')}</p>
          )}
        </div>
      </div>
      <div className="flex flex-wrap justify-end gap-2">
        {/* Without a secure connection browsers offer no clipboard. */}
        {address && 'clipboard' in navigator && (
          <Button kind="quiet" icon={<Copy aria-hidden="true" size={14} />} onPress={() => void copy()}>
            {t(`pairing.${copying}`)}
          </Button>
        )}
        <Button icon={<RefreshCw aria-hidden="true" size={14} />} onPress={onRenew}>
          {t('pairing.new')}
        </Button>
        <Button onPress={onClose} autoFocus>
          {t('common.cancel')}
        </Button>
      </div>
    </div>
  );
}

function Over({ why, onRenew, onClose }: { why: 'expired' | 'gone' } & Pick<ShownCodeProps, 'onRenew' | 'onClose'>) {
  const t = useText();
  return (
    <div className="flex flex-col gap-4">
      <p role="status">{t(`pairing.${why}`)}</p>
      <div className="flex justify-end gap-2">
        <Button kind="quiet" onPress={onClose}>
          {t('common.close')}
        </Button>
        <Button kind="primary" icon={<RefreshCw aria-hidden="true" size={14} />} onPress={onRenew} autoFocus>
          {t('pairing.new')}
        </Button>
      </div>
    </div>
  );
}

function Paired({ code, tokenId, onClose }: { code: PairingCode; tokenId: string; onClose(): void }) {
  const t = useText();
  const announce = useAnnounce();
  const { revoke } = useDeviceActions({ onFailure: useReportFailure() });
  const [asks, setAsks] = useState(false);
  const label = code.label ?? '';
  const news = t('pairing.usedTitle', { label });
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    announce(news);
    heading.current?.focus();
  }, [announce, news]);

  async function revokeIt() {
    if (!(await revoke(tokenId))) return;
    announce(t('devices.revoked', { label }));
    onClose();
  }

  return (
    <div className="flex flex-col gap-4">
      <div className="flex items-start gap-2.5">
        <CircleCheck aria-hidden="true" size={20} className="mt-0.5 shrink-0 text-ok" />
        <div>
          <h3 ref={heading} tabIndex={-1} className="text-section">
            {news}
          </h3>
          <p className="text-text-2">{t('pairing.usedText', { role: t(`devices.role.${code.role}`) })}</p>
        </div>
      </div>
      {asks ? (
        <RevokeQuestion
          text={t('devices.revokeAsk', { label })}
          confirm={t('devices.revoke')}
          onConfirm={revokeIt}
          onCancel={() => setAsks(false)}
        />
      ) : (
        <div className="flex justify-end gap-2">
          <Button kind="danger" onPress={() => setAsks(true)}>
            {t('devices.revoke')}
          </Button>
          <Button kind="primary" onPress={onClose}>
            {t('pairing.done')}
          </Button>
        </div>
      )}
    </div>
  );
}
