import "./auth.css";
import { Link } from "@tanstack/react-router";
import { Problem } from "../../api/problem";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { Page } from "../../ui/Page";
import { Trouble } from "../../ui/Trouble";
import { useForgotPassword } from "./queries";

export function ForgotPassword() {
  const { mutate, error, isPending, variables, isSuccess } = useForgotPassword();
  const problem = error instanceof Problem ? error : null;

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
          error={problem?.about("email")}
        />
        <button type="submit" className="button" disabled={isPending}>
          {isPending ? "Sending…" : "Send the link"}
        </button>
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
        Nothing there after a few minutes? Look into the folder for spam, and ask whoever runs the
        shop: they can make a link too.
      </p>
      <p>
        <Link to="/sign-in">Back to sign in</Link>
      </p>
    </Page>
  );
}
