import './styles/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createApi, pair, takePairingCode } from './api/index.ts';
import { App } from './app/app.tsx';
import { languageOf, loadPreferences, preferences } from './app/preferences.ts';
import { createTexts } from './locales/index.ts';

// Before anything else: the code must not stay in the address, nor reach the router.
const pairingCode = takePairingCode();
const language = languageOf(loadPreferences());
const texts = createTexts(language);
const api = createApi({ language: () => languageOf(preferences()) });

async function begin(): Promise<unknown> {
  if (pairingCode) {
    try {
      api.connection.signIn(await pair(pairingCode, texts.t('signIn.label')));
      return null;
    } catch (error) {
      // A code in an old bookmark is no reason to throw out someone who is signed in.
      api.connection.start();
      return error;
    }
  }
  api.connection.start();
  return null;
}

const pairingProblem = begin();
const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <App api={api} texts={texts} pairingProblem={pairingProblem} />
  </StrictMode>,
);
