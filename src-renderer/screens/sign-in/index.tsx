import { useEffect, useState } from 'react';
import { Form } from 'react-aria-components';
import { type FailureCode, failureCode, pair, useApi } from '../../api/index.ts';
import { Button } from '../../components/button.tsx';
import { TextField } from '../../components/field.tsx';
import { useText } from '../../locales/index.ts';

interface SignInScreenProps {
  /** How the token ended that this browser had; null when it had none. */
  why: 'revoked' | 'expired' | 'refused' | null;
  /** Why the code in the address did not work; null when it did or when there was none. */
  pairingProblem: Promise<unknown>;
}

export function SignInScreen({ why, pairingProblem }: SignInScreenProps) {
  const t = useText();
  const [withToken, setWithToken] = useState(false);
  const [initialProblem, setInitialProblem] = useState<FailureCode | null>(null);

  useEffect(() => {
    void pairingProblem.then((error) => setInitialProblem(error ? failureCode(error) : null));
  }, [pairingProblem]);

  return (
    <main className="quiet-scroll flex h-full items-center justify-center p-4">
      <div className="card flex w-full max-w-sm flex-col gap-4 p-6">
        <div className="flex items-center gap-3">
          <img src="./icon.svg" alt="" width={32} height={32} />
          <h1 className="text-page">{t('signIn.title')}</h1>
        </div>
        {why ? (
          <p role="alert" className="rounded-md bg-warn-soft p-2 text-warn">
            {t(`signIn.ended.${why}`)}
          </p>
        ) : (
          <p className="text-text-2">{t('signIn.intro')}</p>
        )}
        {withToken ? <TokenForm /> : <CodeForm key={initialProblem} initialProblem={initialProblem} />}
        <Button kind="quiet" onPress={() => setWithToken(!withToken)}>
          {t(withToken ? 'signIn.useCode' : 'signIn.useToken')}
        </Button>
      </div>
    </main>
  );
}

function CodeForm({ initialProblem }: { initialProblem: FailureCode | null }) {
  const t = useText();
  const { connection } = useApi();
  const [code, setCode] = useState('');
  const [problem, setProblem] = useState(initialProblem);
  const [busy, setBusy] = useState(false);

  async function submit() {
    setBusy(true);
    setProblem(null);
    try {
      connection.signIn(await pair(code.trim(), t('signIn.label')));
    } catch (error) {
      setProblem(failureCode(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (code.trim().length >= 4) void submit();
      }}
    >
      <TextField
        label={t('signIn.code')}
        hint={t('signIn.codeHint')}
        problem={problem && t(`errors.${problem}`)}
        value={code}
        onChange={setCode}
        autoComplete="one-time-code"
        spellCheck="false"
        maxLength={32}
        autoFocus
      />
      <Button type="submit" kind="primary" isDisabled={busy || code.trim().length < 4}>
        {t(busy ? 'signIn.pairing' : 'signIn.pair')}
      </Button>
    </Form>
  );
}

function TokenForm() {
  const t = useText();
  const { connection } = useApi();
  const [token, setToken] = useState('');
  return (
    <Form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (token.trim()) connection.signIn(token.trim());
      }}
    >
      <TextField
        label={t('signIn.token')}
        hint={t('signIn.tokenHint')}
        value={token}
        onChange={setToken}
        type="password"
        autoComplete="off"
        spellCheck="false"
        autoFocus
      />
      <Button type="submit" kind="primary" isDisabled={!token.trim()}>
        {t('signIn.pair')}
      </Button>
    </Form>
  );
}
