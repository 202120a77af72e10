import { createInstance, type FormatterModule, type i18n } from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import { en } from './en.ts';
import { zhCN } from './zh-CN.ts';

export type Language = 'zh-CN' | 'en';

type Unplural<Key extends string> = Key extends `${infer Base}_one` | `${infer Base}_other` ? Base : Key;

/** Every sentence of the interface has one of these names. */
export type TextKey = Unplural<keyof typeof en>;
export type TextValues = Record<string, string | number>;
export type Text = (key: TextKey, values?: TextValues) => string;

/** The first of the reader's languages that we speak. */
export const systemLanguage = (wanted: readonly string[] = navigator.languages): Language =>
  wanted
    .map((tag) => tag.toLowerCase())
    .find((tag) => tag.startsWith('zh') || tag.startsWith('en'))
    ?.startsWith('zh')
    ? 'zh-CN'
    : 'en';

/** A number in a sentence is written as its language writes numbers: "3,000 messages". */
const numbersAsRead: FormatterModule = {
  type: 'formatter',
  init: () => undefined,
  add: () => undefined,
  addCached: () => undefined,
  format: (value: unknown, _format, language) =>
    typeof value === 'number' ? new Intl.NumberFormat(language).format(value) : String(value),
};

export function createTexts(language: Language): i18n {
  const texts = createInstance();
  void texts
    .use(initReactI18next)
    .use(numbersAsRead)
    .init({
      lng: language,
      fallbackLng: false,
      resources: { en: { translation: en }, 'zh-CN': { translation: zhCN } },
      keySeparator: false,
      nsSeparator: false,
      // React escapes what it shows.
      interpolation: { escapeValue: false, alwaysFormat: true },
      initAsync: false,
    });
  return texts;
}

export function useText(): Text {
  const { t } = useTranslation();
  return t as unknown as Text;
}

export function useLanguage(): Language {
  const { i18n } = useTranslation();
  return i18n.language === 'zh-CN' ? 'zh-CN' : 'en';
}
