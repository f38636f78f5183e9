import { t } from "@lingui/core/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body } from "../api/client";
import { keys } from "../api/keys";
import { useMe } from "../api/me";
import { type Language, language, languages, remember, speak } from "../language";
import { Trouble } from "../ui/Trouble";

/** Each language, named in itself. The choice is kept in this browser, and with the account of who is signed in. */
export function LanguageSwitch() {
  const me = useMe();
  const queries = useQueryClient();
  const { mutate, error, isPending } = useMutation({
    mutationFn: async (wanted: Language) => {
      const user = me && (await body(api.PATCH("/api/profile", { body: { language: wanted } })));
      remember(wanted);
      await speak(wanted);
      if (user) queries.setQueryData(keys.me, user);
      await queries.invalidateQueries(); // some answers have words in them
    },
  });
  return (
    <nav className="languages" aria-label={t`Language`}>
      {Object.entries(languages).map(([code, name]) => (
        <button
          key={code}
          type="button"
          lang={code}
          aria-disabled={isPending || undefined} // not `disabled`: it would lose the focus
          aria-current={code === language() ? "true" : undefined}
          onClick={() => code !== language() && !isPending && mutate(code as Language)}
        >
          {name}
        </button>
      ))}
      {error && <Trouble error={error} />}
    </nav>
  );
}
