import { useLingui } from "@lingui/react";
import { Fragment, type ReactNode, useEffect } from "react";
import { useMe } from "../api/me";
import { isLanguage, remember, speak } from "../language";

/** The page in the language of who is signed in. Another one draws it anew: most texts are read as it is drawn. */
export function InOwnLanguage({ children }: { children: ReactNode }) {
  const { i18n } = useLingui();
  const chosen = useMe()?.language;
  useEffect(() => {
    if (!isLanguage(chosen) || chosen === i18n.locale) return;
    remember(chosen);
    void speak(chosen);
  }, [chosen, i18n]);
  return <Fragment key={i18n.locale}>{children}</Fragment>;
}
