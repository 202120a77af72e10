import { useSyncExternalStore } from 'react';
import { type Language, systemLanguage } from '../locales/index.ts';

export const themes = ['system', 'light', 'dark'] as const;
export const densities = ['compact', 'regular', 'comfortable'] as const;
export const languageChoices = ['system', 'zh-CN', 'en'] as const;

export interface Preferences {
  theme: (typeof themes)[number];
  language: (typeof languageChoices)[number];
  density: (typeof densities)[number];
  /** null until a person chose: then it depends on the width of the window. */
  sideBar: 'wide' | 'slim' | null;
}

const key = 'clawdbot.preferences';
const defaults: Preferences = { theme: 'system', language: 'system', density: 'regular', sideBar: null };
const listeners = new Set<() => void>();
let current = defaults;

/** Reads what was chosen before and applies it; call once, before the first render. */
export function loadPreferences(): Preferences {
  current = { ...defaults, ...parse(localStorage.getItem(key)) };
  applyTheme();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', applyTheme);
  // Another window of ours has changed them.
  window.addEventListener('storage', (event) => event.key === key && become(parse(event.newValue)));
  return current;
}

export function setPreferences(change: Partial<Preferences>) {
  become(change);
  localStorage.setItem(key, JSON.stringify(current));
}

function become(change: Partial<Preferences>) {
  current = { ...current, ...change };
  applyTheme();
  for (const listener of listeners) listener();
}

export const preferences = () => current;

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, preferences);
}

export const languageOf = ({ language }: Preferences): Language =>
  language === 'system' ? systemLanguage() : language;

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function applyTheme() {
  const { theme, density } = current;
  const isDark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light';
  document.documentElement.dataset['density'] = density;
}

function parse(stored: string | null): Partial<Preferences> {
  if (!stored) return {};
  try {
    const value = JSON.parse(stored) as Partial<Record<keyof Preferences, unknown>>;
    return {
      ...pick('theme', value.theme, themes),
      ...pick('language', value.language, languageChoices),
      ...pick('density', value.density, densities),
      ...pick('sideBar', value.sideBar, ['wide', 'slim'] as const),
    };
  } catch {
    console.warn(`${key} held something that is not JSON; the defaults are used`);
    return {};
  }
}

function pick<K extends string, V>(name: K, value: unknown, allowed: readonly V[]): { [key in K]?: V } {
  return allowed.includes(value as V) ? ({ [name]: value as V } as { [key in K]?: V }) : {};
}
