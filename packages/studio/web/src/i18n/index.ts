import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en.ts';
import { zh } from './zh.ts';

/**
 * The words of the pages. English is the form; Chinese must have the same keys, or it does not compile. A feature has its own
 * words beside it and adds them in en.ts and zh.ts.
 */
export const languages = { en: 'English', zh: '中文' } as const;
export type LanguageCode = keyof typeof languages;

const KEPT = 'attune.language';
const wanted = localStorage.getItem(KEPT) ?? navigator.language.slice(0, 2);

void i18next.use(initReactI18next).init({
  lng: wanted in languages ? wanted : 'en',
  fallbackLng: 'en',
  resources: { en: { translation: en }, zh: { translation: zh } },
  interpolation: { escapeValue: false }, // React escapes
  initAsync: false,
});

i18next.on('languageChanged', (language) => {
  localStorage.setItem(KEPT, language);
  document.documentElement.lang = language;
});
document.documentElement.lang = i18next.language;

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}
