import { t } from "@lingui/core/macro";
import { useRef } from "react";
import { hasCode } from "../../api/problem";
import { Field } from "../../ui/Field";

type Props = { hint: string; error?: string };

export function CodeField({ hint, error }: Props) {
  return (
    <Field
      label={t`Code`}
      name="code"
      autoComplete="one-time-code"
      autoCapitalize="none"
      spellCheck={false}
      autoFocus
      required
      hint={hint}
      error={error}
    />
  );
}

/** The field of a form that begins without one: once the API has asked for a code, it stays. */
export function CodeFieldOnDemand({ error }: { error: unknown }) {
  const asked = useRef(false);
  if (hasCode(error, "second_factor_required", "invalid_code")) asked.current = true;
  return asked.current && <CodeField hint={t`From your authenticator app, or a recovery code.`} />;
}
