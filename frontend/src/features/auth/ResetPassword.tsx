import "./auth.css";
import { getRouteApi, Link } from "@tanstack/react-router";
import { hasCode } from "../../api/problem";
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
    <Page title="Choose a new password" narrow>
      {!token && (
        <div className="notice notice-bad" role="alert">
          <p>This link is incomplete. Open the whole link that you were given.</p>
        </div>
      )}
      {token && (
        <Form
          className="panel"
          error={error}
          onSend={(value) => mutate({ token, password: value("password") })}
        >
          {error && (
            <Trouble error={error}>{hasCode(error, "invalid_token") ? spent : null}</Trouble>
          )}
          <NewPassword error={error} />
          <Submit label="Set the password" busyLabel="Saving…" busy={isPending} />
        </Form>
      )}
      <p>
        <Link to="/forgot-password">Ask for a new link</Link>
      </p>
    </Page>
  );
}

const spent = "This link has been used already, or is too old. Ask for a new one.";

function Done() {
  return (
    <Page title="Your password is set" narrow>
      <p role="status">You have been signed out everywhere. Sign in with the new password.</p>
      <p>
        <Link to="/sign-in" className="button">
          Sign in
        </Link>
      </p>
    </Page>
  );
}
