import { Download } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Form } from 'react-aria-components';
import type { ErasureCertificate, ErasureRequest } from '../../../src-shared/schema/erasure.ts';
import { useErasePerson, useErasurePreview, useErasures } from '../../api/index.ts';
import { InlineFailure, Skeleton } from '../../app/notice.tsx';
import { useAnnounce } from '../../components/announcer.tsx';
import { Button } from '../../components/button.tsx';
import { ModalDialog } from '../../components/dialog.tsx';
import { TextField } from '../../components/field.tsx';
import { Moment } from '../../components/moment.tsx';
import { platformName } from '../../components/provenance.ts';
import { saveFile } from '../../components/save-file.ts';
import { type Text, useText } from '../../locales/index.ts';
import { useSettled } from './use-settled.ts';

interface EraseDialogProps {
  /** Whom and where the screen is looking at, as a first proposal. */
  person: string;
  platform: string | undefined;
  onClose(): void;
}

const typingPauseMs = 300;

/** Erases everything of one person: says what would go, asks for the name again, and gives the certificate. */
export function EraseDialog({ person, platform, onClose }: EraseDialogProps) {
  const t = useText();
  const [certificate, setCertificate] = useState<ErasureCertificate | null>(null);
  return (
    <ModalDialog isOpen title={t('erase.title')} onClose={onClose}>
      <div className="flex flex-col gap-5">
        {certificate ? (
          <Outcome certificate={certificate} />
        ) : (
          <Asking person={person} platform={platform} onErased={setCertificate} />
        )}
        <Past />
      </div>
    </ModalDialog>
  );
}

interface AskingProps {
  person: string;
  platform: string | undefined;
  onErased(certificate: ErasureCertificate): void;
}

function Asking({ person, platform, onErased }: AskingProps) {
  const t = useText();
  const announce = useAnnounce();
  const [name, setName] = useState(person);
  const [again, setAgain] = useState('');
  const settled = useSettled(name.trim(), typingPauseMs);
  const request = requestOf(settled, platform);
  const { data: preview, error: unseen, isPlaceholderData } = useErasurePreview(request);
  const { mutate, isPending, error } = useErasePerson();
  const found = request && preview && !isPlaceholderData ? preview : null;
  const isNothing = found !== null && found.memories + found.messages + found.todos === 0;
  const isSure = again.trim() !== '' && again.trim() === name.trim() && name.trim() === settled;
  const mayErase = isSure && found !== null && !isNothing && !isPending;

  function erase() {
    if (!mayErase || !request) return;
    mutate(request, {
      onSuccess(certificate) {
        announce(doneSentence(t, certificate));
        onErased(certificate);
      },
    });
  }

  return (
    <Form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        erase();
      }}
    >
      <p className="text-text-2">{t('erase.what')}</p>
      <TextField
        label={platform ? t('erase.personOn', { platform: platformName(t, platform) }) : t('erase.person')}
        hint={t('erase.personHint')}
        value={name}
        onChange={setName}
        maxLength={256}
        isReadOnly={isPending}
        autoFocus={person === ''}
      />
      <div aria-live="polite" className="min-h-5">
        {unseen && <InlineFailure error={unseen} />}
        {!unseen && request && !found && <span className="text-text-3">{t('erase.looking')}</span>}
        {isNothing && <span className="text-text-2">{t('erase.nothing', { person: settled })}</span>}
        {found && !isNothing && <p className="font-semibold">{t('erase.found', { ...found })}</p>}
      </div>
      {found && !isNothing && (
        <>
          <p className="rounded-md bg-warn-soft px-2 py-1.5 text-warn">{t('erase.warning')}</p>
          <TextField
            label={t('erase.again', { person: settled })}
            value={again}
            onChange={setAgain}
            maxLength={256}
            isReadOnly={isPending}
            autoFocus={person !== ''}
            autoComplete="off"
          />
        </>
      )}
      {error && <InlineFailure error={error} />}
      <div className="flex items-center gap-3">
        <Button type="submit" kind="danger" className="border-danger!" isDisabled={!mayErase}>
          {t('erase.do')}
        </Button>
        {isPending && (
          <span role="status" className="text-text-2">
            {t('erase.doing')}
          </span>
        )}
      </div>
    </Form>
  );
}

const requestOf = (person: string, platform: string | undefined): ErasureRequest | null =>
  person === '' ? null : { person, ...(platform ? { platform } : {}) };

const doneSentence = (t: Text, { erased }: ErasureCertificate): string =>
  t('erase.done', { memories: erased.memories, messages: erased.messages, replies: erased.replies });

function Outcome({ certificate: first }: { certificate: ErasureCertificate }) {
  const t = useText();
  const { data } = useErasures();
  // The list knows when the copies were replaced; only this answer knows the name.
  const later = data?.find(({ id }) => id === first.id);
  const certificate = later ? { ...later, person: first.person } : first;
  const { erased, remains, swept_at } = certificate;

  function save() {
    const text = `${JSON.stringify(certificate, null, 2)}\n`;
    saveFile(new Blob([text], { type: 'application/json' }), `clawdbot-erasure-${certificate.id}.json`);
  }

  return (
    <section aria-label={t('erase.certificate')} className="flex flex-col gap-3">
      <p className="font-semibold text-ok">{doneSentence(t, certificate)}</p>
      {erased.todos_removed + erased.todos_unlinked > 0 && (
        <p>{t('erase.todos', { removed: erased.todos_removed, unlinked: erased.todos_unlinked })}</p>
      )}
      <p className="text-text-2">{swept_at === null ? t('erase.sweeping') : t('erase.swept')}</p>
      <div>
        <h3 className="mb-1 text-meta text-text-2">{t('erase.remains')}</h3>
        <ul className="flex list-disc flex-col gap-0.5 pl-5">
          {remains.map(({ kind, path }) => (
            <li key={kind} className="wrap-anywhere">
              {t(`erase.remains.${kind}`)}
              {path !== null && <span className="block text-caption text-text-3">{path}</span>}
            </li>
          ))}
        </ul>
      </div>
      <div>
        <Button autoFocus icon={<Download aria-hidden="true" size={15} />} onPress={save}>
          {t('erase.save')}
        </Button>
      </div>
    </section>
  );
}

/** Certificates without names: that something was erased, and when. */
function Past() {
  const t = useText();
  const { data, error } = useErasures();
  if (error) return <InlineFailure error={error} />;
  if (!data) return <Skeleton rows={1} />;
  if (data.length === 0) return null;
  return (
    <section>
      <h3 className="mb-1 text-meta text-text-2">{t('erase.past')}</h3>
      <ul aria-label={t('erase.past')} className="card divide-y divide-divider">
        {data.map((erasure) => (
          <li key={erasure.id} className="flex flex-wrap items-baseline gap-x-3 px-3 py-1.5">
            <Moment at={erasure.begun_at} />
            <span className="min-w-0 flex-1 text-text-2">
              <Progress erasure={erasure} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Progress({ erasure: { erased, erased_at } }: { erasure: ErasureCertificate }): ReactNode {
  const t = useText();
  if (erased_at === null) return t('erase.doing');
  return t('erase.pastCount', { memories: erased.memories, messages: erased.messages });
}
