import { RouterProvider } from '@tanstack/react-router';
import type { i18n } from 'i18next';
import { useEffect } from 'react';
import { I18nProvider } from 'react-aria-components';
import { I18nextProvider } from 'react-i18next';
import { ApiProvider, type createApi, failureCode, useApi, useConnectionState } from '../api/index.ts';
import { Announcer } from '../components/announcer.tsx';
import { SignInScreen } from '../screens/sign-in/index.tsx';
import { languageOf, usePreferences } from './preferences.ts';
import { createAppRouter } from './routes.tsx';
import { FailureNotices } from './toast.tsx';

interface AppProps {
  api: ReturnType<typeof createApi>;
  texts: i18n;
  pairingProblem: Promise<unknown>;
}

const router = createAppRouter();

export function App({ api, texts, pairingProblem }: AppProps) {
  const language = languageOf(usePreferences());

  useEffect(() => {
    document.documentElement.lang = language;
    void texts.changeLanguage(language);
  }, [language, texts]);

  return (
    <I18nextProvider i18n={texts}>
      <I18nProvider locale={language}>
        <ApiProvider api={api}>
          <Announcer>
            <FailureNotices>
              <Gate pairingProblem={pairingProblem} />
            </FailureNotices>
          </Announcer>
        </ApiProvider>
      </I18nProvider>
    </I18nextProvider>
  );
}

function Gate({ pairingProblem }: Pick<AppProps, 'pairingProblem'>) {
  const state = useConnectionState();
  useShellFollows();
  if (state.type === 'signed-out') return <SignInScreen why={state.why} pairingProblem={pairingProblem} />;
  return <RouterProvider router={router} />;
}

/** In the desktop shell, menus and frames take the theme and the language that were chosen here. */
function useShellFollows() {
  const { desktop } = useApi().connection;
  const isOnline = useConnectionState().type === 'online';
  const { theme, language } = usePreferences();
  useEffect(() => {
    if (!isOnline || !desktop) return;
    desktop
      .look({ theme, language })
      .catch((error: unknown) => console.warn('the shell keeps its look', failureCode(error)));
  }, [desktop, isOnline, theme, language]);
}
