import "./auth.css";
import { msg, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { getRouteApi, Link } from "@tanstack/react-router";
import { hasCode } from "../../api/problem";
import { say } from "../../language";
import { Form } from "../../ui/Form";
import { Page } from "../../ui/Page";
import { Submit } from "../../ui/Submit";
import { Trouble } from "../../ui/Trouble";
import { NewPassword } from "./NewPassword";
import { useResetPassword } from "./queries";

const route = getRouteApi("/reset-password");

export function ResetPassword() {
  const { token } = route.useSearch();
  const { mutate, error, isPending, isSuccess } = useResetPassword();

  if (isSuccess) return <Done />;
  return (
    <Page title={t`Choose a new password`} narrow>
      {!token && (
        <div className="notice notice-bad" role="alert">
          <p>
            <Trans>This link is incomplete. Open the whole link that you were given.</Trans>
          </p>
        </div>
      )}
      {token && (
        <Form
          className="panel"
          error={error}
          onSend={(value) => mutate({ token, password: value("password") })}
        >
          {error && (
            <Trouble error={error}>{hasCode(error, "invalid_token") ? say(spent) : null}</Trouble>
          )}
          <NewPassword error={error} />
          <Submit label={t`Set the password`} busyLabel={t`Saving…`} busy={isPending} />
        </Form>
      )}
      <p>
        <Link to="/forgot-password">
          <Trans>Ask for a new link</Trans>
        </Link>
      </p>
    </Page>
  );
}

const spent = msg`This link has been used already, or is too old. Ask for a new one.`;

function Done() {
  return (
    <Page title={t`Your password is set`} narrow>
      <p role="status">
        <Trans>You have been signed out everywhere. Sign in with the new password.</Trans>
      </p>
      <p>
        <Link to="/sign-in" className="button">
          <Trans>Sign in</Trans>
        </Link>
      </p>
    </Page>
  );
}
