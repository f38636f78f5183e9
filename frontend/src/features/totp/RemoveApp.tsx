import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
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
        <Trans>Remove the app</Trans>
      </button>
      {asking && <Question hasPassword={hasPassword} onClose={() => setAsking(false)} />}
    </>
  );
}

function Question({ hasPassword, onClose }: { hasPassword: boolean; onClose: () => void }) {
  const { mutate, error, isPending } = useRemoveApp();
  const wrong = hasCode(error, "wrong_password");
  return (
    <Dialog title={t`Remove the authenticator app?`} onClose={onClose}>
      {(close) => (
        <>
          <p>
            <Trans>
              Your password alone signs you in then, and the recovery codes are worth nothing.
            </Trans>
          </p>
          <Form
            className="stack"
            error={error}
            onSend={(value) => mutate(value("password") || null, { onSuccess: onClose })}
          >
            {error && !wrong && <Trouble error={error} />}
            {hasPassword && (
              <OwnPassword error={wrong ? t`This is not your password.` : undefined} />
            )}
            <div className="actions">
              <button type="button" className="button button-quiet" onClick={close}>
                <Trans>Keep it</Trans>
              </button>
              <Submit
                label={t`Remove it`}
                busyLabel={t`Removing…`}
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
        label={t`Your password`}
        name="password"
        type="password"
        autoComplete="current-password"
        required
        error={error}
      />
    </>
  );
}
