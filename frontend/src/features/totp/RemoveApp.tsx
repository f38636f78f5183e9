import { useState } from "react";
import { hasCode } from "../../api/problem";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { OwnUsername } from "../../ui/OwnUsername";
import { Submit } from "../../ui/Submit";
import { Trouble } from "../../ui/Trouble";
import { useRemoveApp } from "./queries";

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
  const { mutate, error, isPending } = useRemoveApp();
  const wrong = hasCode(error, "wrong_password");
  return (
    <Dialog title="Remove the authenticator app?" onClose={onClose}>
      {(close) => (
        <>
          <p>Your password alone signs you in then, and the recovery codes are worth nothing.</p>
          <Form
            className="stack"
            error={error}
            onSend={(value) => mutate(value("password") || null, { onSuccess: onClose })}
          >
            {error && !wrong && <Trouble error={error} />}
            {hasPassword && (
              <OwnPassword error={wrong ? "This is not your password." : undefined} />
            )}
            <div className="actions">
              <button type="button" className="button button-quiet" onClick={close}>
                Keep it
              </button>
              <Submit
                label="Remove it"
                busyLabel="Removing…"
                busy={isPending}
                className="button button-bad"
              />
            </div>
          </Form>
        </>
      )}
    </Dialog>
  );
}

function OwnPassword({ error }: { error?: string }) {
  return (
    <>
      <OwnUsername />
      <Field
        label="Your password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
        error={error}
      />
    </>
  );
}
