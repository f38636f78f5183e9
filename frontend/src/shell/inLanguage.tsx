import { useLingui } from "@lingui/react";
import { type ComponentType, useEffect } from "react";
import { useMe } from "../api/me";
import { isLanguage, remember, speak } from "../language";

/** Has the calling component drawn again in another language: most texts are read as it is drawn. */
export const useLanguage = () => useLingui();

/**
 * A page that is drawn again in another language. It stays mounted, so that what was typed, the focus and the place on
 * the page stay. The router draws a page apart from those around it: each needs this by itself.
 */
export function inLanguage<P extends object>(Page: ComponentType<P>) {
  return function PageInLanguage(props: P) {
    useLanguage();
    return <Page {...props} />;
  };
}

/** The language that the account of the user names, from when it is known. */
export function useOwnLanguage(): void {
  const { i18n } = useLanguage();
  const chosen = useMe()?.language;
  useEffect(() => {
    if (!isLanguage(chosen) || chosen === i18n.locale) return;
    remember(chosen);
    void speak(chosen);
  }, [chosen, i18n]);
}
