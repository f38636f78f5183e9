import "./auth.css";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { fieldError } from "../../api/problem";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { Page } from "../../ui/Page";
import { Submit } from "../../ui/Submit";
import { Trouble } from "../../ui/Trouble";
import { useForgotPassword } from "./queries";

export function ForgotPassword() {
  const { mutate, error, isPending, variables, isSuccess } = useForgotPassword();

  if (isSuccess) return <Asked email={variables} />;
  return (
    <Page title={t`Forgot your password?`} narrow>
      <Form className="panel" error={error} onSend={(value) => mutate(value("email").trim())}>
        {error && <Trouble error={error} />}
        <Field
          label={t`Email`}
          name="email"
          type="email"
          autoComplete="email"
          required
          hint={t`The address that you have verified. A link to set a new password goes there.`}
          error={fieldError(error, "email")}
        />
        <Submit label={t`Send the link`} busyLabel={t`Sending…`} busy={isPending} />
      </Form>
      <p>
        <Link to="/sign-in">
          <Trans>Back to sign in</Trans>
        </Link>
      </p>
    </Page>
  );
}

function Asked({ email }: { email: string }) {
  return (
    <Page title={t`Look into your mails`} narrow>
      <p role="status">
        <Trans>
          If an account has verified <strong>{email}</strong>, a link is on its way there. It works
          once, for an hour.
        </Trans>
      </p>
      <p>
        <Trans>
          Nothing there after a few minutes? Look into the folder for spam, and ask the shop’s
          staff: they can make a link too.
        </Trans>
      </p>
      <p>
        <Link to="/sign-in">
          <Trans>Back to sign in</Trans>
        </Link>
      </p>
    </Page>
  );
}
