import { TriangleAlert } from 'lucide-react';
import type { Reach } from '../../../src-shared/schema/access.ts';
import { useText } from '../../locales/index.ts';

/** Where this machine's own address is not known, what one looks like. */
const example = { address: '192.168.1.20', network: '192.168.1.0/24' };

/** Why a phone cannot reach the product, and what to write where. */
export function ReachNotice({ reach }: { reach: Reach }) {
  const t = useText();
  const [obstacle] = reach.obstacles;
  if (!obstacle) return null;
  const { address, network } = reach.networks[0] ?? example;
  return (
    <div className="flex flex-col gap-2 rounded-md bg-warn-soft p-2.5 forced-colors:border">
      <p className="flex items-start gap-2">
        <TriangleAlert aria-hidden="true" size={16} className="mt-0.5 shrink-0 text-warn" />
        {t(`reach.${obstacle}`)}
      </p>
      {obstacle !== 'not_listening' && (
        <details>
          <summary className="min-h-6 w-fit cursor-default rounded-sm font-semibold">{t('reach.how')}</summary>
          <ol className="mt-1.5 flex list-decimal flex-col gap-2 pl-5">
            <li>
              {t('reach.stepCertificate')}
              <Snippet>{certificateFor(address)}</Snippet>
            </li>
            <li>
              {t('reach.stepConfig')}
              <Snippet>{configFor(address, network)}</Snippet>
            </li>
            <li>{t('reach.stepRestart')}</li>
          </ol>
        </details>
      )}
      {obstacle === 'loopback_only' && <p>{t('reach.meanwhile')}</p>}
    </div>
  );
}

const certificateFor = (address: string): string => `mkcert -cert-file tls/cert.pem -key-file tls/key.pem ${address}`;

const configFor = (address: string, network: string): string =>
  `app:
  host: ${address}
  allowed_hosts: [${address}]
  admin_allow: [127.0.0.0/8, "::1/128", ${network}]
  tls:
    cert_file: tls/cert.pem
    key_file: tls/key.pem`;

/** One click selects all of it. */
const Snippet = ({ children }: { children: string }) => (
  <code className="wrap-anywhere mt-1 block select-all whitespace-pre-wrap rounded-md border border-divider bg-surface p-2 font-mono text-meta">
    {children}
  </code>
);
