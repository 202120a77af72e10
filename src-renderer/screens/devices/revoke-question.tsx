import { TriangleAlert } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { useEscape } from '../../components/use-escape.ts';
import { useText } from '../../locales/index.ts';

interface RevokeQuestionProps {
  text: string;
  confirm: string;
  onConfirm(): Promise<void>;
  onCancel(): void;
}

/** Says what cannot be undone before it is done. The way back has the focus. */
export function RevokeQuestion({ text, confirm, onConfirm, onCancel }: RevokeQuestionProps) {
  const t = useText();
  const id = useId();
  const panel = useRef<HTMLDivElement>(null);
  const [busy, setBusy] = useState(false);
  useEscape(panel, onCancel);

  async function run() {
    setBusy(true);
    await onConfirm();
    setBusy(false);
  }

  return (
    <div
      ref={panel}
      role="group"
      aria-labelledby={id}
      className="fade-in flex flex-col gap-2 rounded-md bg-warn-soft p-2.5 forced-colors:border"
    >
      <p id={id} className="flex items-start gap-2">
        <TriangleAlert aria-hidden="true" size={16} className="mt-0.5 shrink-0 text-warn" />
        {text}
      </p>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onPress={onCancel} autoFocus>
          {t('common.cancel')}
        </Button>
        <Button className="border-danger! text-danger!" isDisabled={busy} onPress={() => void run()}>
          {confirm}
        </Button>
      </div>
    </div>
  );
}
