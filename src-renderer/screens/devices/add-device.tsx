import { useState } from 'react';
import { Form, Label, Radio, RadioGroup } from 'react-aria-components';
import type { Role } from '../../../src-shared/schema/access.ts';
import { rolesUpTo, usePairing, useReach } from '../../api/index.ts';
import { InlineFailure, Skeleton } from '../../app/notice.tsx';
import { Button } from '../../components/button.tsx';
import { ModalDialog } from '../../components/dialog.tsx';
import { TextField } from '../../components/field.tsx';
import { useText } from '../../locales/index.ts';
import { ReachNotice } from './reach-notice.tsx';
import { ShownCode } from './shown-code.tsx';

/** From what a device may do to the news that it is paired. Closing it takes a code back that was not used. */
export function AddDevice({ approver, onClose }: { approver: Role; onClose(): void }) {
  const t = useText();
  const [role, setRole] = useState<Role>('viewer');
  const [label, setLabel] = useState(t('pairing.defaultName'));
  const { data: reach, error } = useReach();
  const { make, withdraw } = usePairing();
  const code = make.data;

  /** Of a code that was used nothing can be taken back, and the core knows which was. */
  function close() {
    if (code) withdraw(code.id);
    onClose();
  }

  function renew() {
    if (code) withdraw(code.id);
    make.mutate({ role, label: label.trim() });
  }

  return (
    <ModalDialog title={t('pairing.title')} isOpen onClose={close}>
      {error && !reach && <InlineFailure error={error} />}
      {!error && !reach && <Skeleton rows={2} />}
      {reach && code && <ShownCode key={code.id} code={code} reach={reach} onRenew={renew} onClose={close} />}
      {reach && !code && (
        <Form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (label.trim()) renew();
          }}
        >
          <ReachNotice reach={reach} />
          <RoleChoice approver={approver} role={role} onChange={setRole} />
          <TextField
            label={t('pairing.name')}
            value={label}
            onChange={setLabel}
            maxLength={64}
            autoComplete="off"
            spellCheck="false"
          />
          {make.error && <InlineFailure error={make.error} />}
          <div className="flex justify-end gap-2">
            <Button kind="quiet" onPress={close}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" kind="primary" isDisabled={!label.trim() || make.isPending}>
              {t(make.isPending ? 'pairing.making' : 'pairing.show')}
            </Button>
          </div>
        </Form>
      )}
    </ModalDialog>
  );
}

interface RoleChoiceProps {
  approver: Role;
  role: Role;
  onChange(role: Role): void;
}

/** Nobody is offered to give more than they hold; the core would refuse it. */
function RoleChoice({ approver, role, onChange }: RoleChoiceProps) {
  const t = useText();
  return (
    <RadioGroup value={role} onChange={(value) => onChange(value as Role)} className="flex flex-col gap-1">
      <Label className="text-meta text-text-2">{t('pairing.role')}</Label>
      {rolesUpTo(approver).map((each) => (
        <Radio
          key={each}
          value={each}
          className="group flex items-start gap-2.5 rounded-md border border-divider p-2 data-hovered:bg-sunken data-selected:border-accent data-selected:bg-accent-soft"
        >
          <span
            aria-hidden="true"
            className="mt-0.5 size-4 shrink-0 rounded-full border border-border bg-surface group-data-selected:border-5 group-data-selected:border-accent"
          />
          <span>
            <span className="block font-semibold">{t(`devices.role.${each}`)}</span>
            <span className="block text-meta text-text-2">{t(`devices.roleHint.${each}`)}</span>
          </span>
        </Radio>
      ))}
    </RadioGroup>
  );
}
