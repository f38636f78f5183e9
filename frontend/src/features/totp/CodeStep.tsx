import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { hasCode } from "../../api/problem";
import type { Credentials, useSignIn } from "../../api/session";
import { Form } from "../../ui/Form";
import { Page } from "../../ui/Page";
import { Submit } from "../../ui/Submit";
import { Trouble } from "../../ui/Trouble";
import { CodeField } from "./CodeField";

type Props = {
  signIn: ReturnType<typeof useSignIn>;
  credentials: Credentials;
  onLeave: () => void;
};

/** The password was right: now the code. */
export function CodeStep({ signIn, credentials, onLeave }: Props) {
  const error = hasCode(signIn.error, "second_factor_required") ? null : signIn.error;
  const wrong = hasCode(error, "invalid_code");
  const leave = () => {
    signIn.reset();
    onLeave();
  };
  return (
    <Page title={t`One more step`} narrow>
      <Form
        className="panel"
        error={error}
        onSend={(value) => signIn.mutate({ ...credentials, code: value("code") })}
      >
        <p>
          <Trans>
            Signing in as <strong>{credentials.username}</strong>. The password is right.
          </Trans>
        </p>
        {error && !wrong && <Trouble error={error} />}
        <CodeField
          hint={t`From your authenticator app, or one of your recovery codes.`}
          error={wrong ? t`This code is wrong, too old, or was used before.` : undefined}
        />
        <div className="actions">
          <Submit label={t`Sign in`} busyLabel={t`Signing in…`} busy={signIn.isPending} />
          <button type="button" className="button button-quiet" onClick={leave}>
            <Trans>Start over</Trans>
          </button>
        </div>
      </Form>
    </Page>
  );
}
