import { useEffect, useId, useRef, useState } from "react";
import { Problem } from "../../api/problem";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { OwnUsername } from "../../ui/OwnUsername";
import { Trouble } from "../../ui/Trouble";
import { useRemoveApp } from "./factors";

export function RemoveApp({ hasPassword }: { hasPassword: boolean }) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <button type="button" className="button button-quiet" onClick={() => setAsking(true)}>
        Remove the app
      </button>
      {asking && <Question hasPassword={hasPassword} onClose={() => setAsking(false)} />}
    </>
  );
}

function Question({ hasPassword, onClose }: { hasPassword: boolean; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const { mutate, error, isPending } = useRemoveApp();
  const wrong = error instanceof Problem && error.error === "wrong_password";

  useEffect(() => dialog.current?.showModal(), []);

  return (
    <dialog ref={dialog} className="confirm" aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>Remove the authenticator app?</h2>
      <p>Your password alone signs you in then, and the recovery codes are worth nothing.</p>
      <Form
        className="account-form"
        error={error}
        onSend={(value) => mutate(value("password") || null, { onSuccess: onClose })}
      >
        {error && !wrong && <Trouble error={error} />}
        {hasPassword && (
          <>
            <OwnUsername />
            <Field
              label="Your password"
              name="password"
              type="password"
              autoComplete="current-password"
              required
              error={wrong ? "This is not your password." : undefined}
            />
          </>
        )}
        <div className="actions">
          <button
            type="button"
            className="button button-quiet"
            onClick={() => dialog.current?.close()}
          >
            Keep it
          </button>
          <button type="submit" className="button button-bad" disabled={isPending}>
            {isPending ? "Removing…" : "Remove it"}
          </button>
        </div>
      </Form>
    </dialog>
  );
}
