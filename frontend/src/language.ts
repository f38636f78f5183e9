import { i18n, type MessageDescriptor, type Messages } from "@lingui/core";

/** Each language of the page, named in itself. */
export const languages = { en: "English", de: "Deutsch" } as const;

export type Language = keyof typeof languages;

export const isLanguage = (value: unknown): value is Language =>
  typeof value === "string" && Object.hasOwn(languages, value);

/** English stands in the code, so that it needs no file of messages. */
const messagesOf: Record<Language, () => Promise<Messages>> = {
  en: async () => ({}),
  de: async () => (await import("./locales/de/messages.po")).messages,
};

export const language = () => i18n.locale as Language;

/** How dates and numbers are written: as in the reader's country, where the browser names one with this language. */
export const locale = () => regional;

let regional: string;

/** Loads the messages of a language, and shows the page in it from then on. */
export async function speak(wanted: Language): Promise<void> {
  const messages = await messagesOf[wanted]();
  document.documentElement.lang = wanted;
  activate(wanted, messages);
}

function activate(wanted: Language, messages: Messages): void {
  regional = navigator.languages.find((each) => each.split("-")[0] === wanted) ?? wanted;
  i18n.loadAndActivate({ locale: wanted, locales: [regional], messages });
}

activate("en", {});

/** Of a message that stands outside of functions: it is read before the language is known. */
export type Words = MessageDescriptor;

export const say = (words: Words): string => i18n._(words);

/** Keeps the choice in this browser; app/runtime/languages.py reads it. */
export function remember(wanted: Language): void {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: browsers of two years ago have no Cookie Store API
  document.cookie = `kiosk_language=${wanted}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}
