import { useState } from "react";
import { Field } from "../../ui/Field";

/** A new password, which one may look at: long ones are easily mistyped. */
export function NewPassword({ error }: { error?: string }) {
  const [shown, setShown] = useState(false);
  return (
    <>
      <Field
        label="Password"
        name="password"
        type={shown ? "text" : "password"}
        autoComplete="new-password"
        autoCapitalize="none"
        spellCheck={false}
        required
        hint="Length is what counts: a few words in a row make a good one."
        error={error}
      />
      <label className="check">
        <input type="checkbox" checked={shown} onChange={() => setShown(!shown)} />
        Show the password
      </label>
    </>
  );
}
