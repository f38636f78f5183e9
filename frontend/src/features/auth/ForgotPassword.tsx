import "./auth.css";
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
    <Page title="Forgot your password?" narrow>
      <Form className="panel" error={error} onSend={(value) => mutate(value("email").trim())}>
        {error && <Trouble error={error} />}
        <Field
          label="Email"
          name="email"
          type="email"
          autoComplete="email"
          required
          hint="The address that you have verified. A link to set a new password goes there."
          error={fieldError(error, "email")}
        />
        <Submit label="Send the link" busyLabel="Sending…" busy={isPending} />
      </Form>
      <p>
        <Link to="/sign-in">Back to sign in</Link>
      </p>
    </Page>
  );
}

function Asked({ email }: { email: string }) {
  return (
    <Page title="Look into your mails" narrow>
      <p role="status">
        If an account has verified <strong>{email}</strong>, a link is on its way there. It works
        once, for an hour.
      </p>
      <p>
        Nothing there after a few minutes? Look into the folder for spam, and ask the shop’s staff:
        they can make a link too.
      </p>
      <p>
        <Link to="/sign-in">Back to sign in</Link>
      </p>
    </Page>
  );
}
