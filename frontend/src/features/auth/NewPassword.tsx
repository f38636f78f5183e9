import { t } from "@lingui/core/macro";
import { useState } from "react";
import { fieldError } from "../../api/problem";
import { NewPasswordField, ShowPassword } from "../../ui/passwords";

/** The field `password` of a form that sets one. */
export function NewPassword({ error }: { error: unknown }) {
  const [shown, setShown] = useState(false);
  return (
    <>
      <NewPasswordField
        label={t`Password`}
        name="password"
        shown={shown}
        error={fieldError(error, "password")}
      />
      <ShowPassword label={t`Show the password`} shown={shown} onChange={setShown} />
    </>
  );
}
