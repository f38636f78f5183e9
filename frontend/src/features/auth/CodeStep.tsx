import { Problem } from "../../api/problem";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { Page } from "../../ui/Page";
import { Trouble } from "../../ui/Trouble";
import { type Credentials, type useSignIn, wantsCode } from "./queries";

type Props = {
  signIn: ReturnType<typeof useSignIn>;
  credentials: Credentials;
  onLeave: () => void;
};

/** The password was right: now the code. */
export function CodeStep({ signIn, credentials, onLeave }: Props) {
  const error = wantsCode(signIn.error) ? null : signIn.error;
  const wrong = error instanceof Problem && error.error === "invalid_code";
  const leave = () => {
    signIn.reset();
    onLeave();
  };
  return (
    <Page title="One more step" narrow>
      <Form
        className="panel"
        error={error}
        onSend={(value) => signIn.mutate({ ...credentials, code: value("code") })}
      >
        <p>
          Signing in as <strong>{credentials.username}</strong>. The password is right.
        </p>
        {error && !wrong && <Trouble error={error} />}
        <Field
          label="Code"
          name="code"
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          required
          hint="From your authenticator app, or one of your recovery codes."
          error={wrong ? "This code is wrong, too old, or was used before." : undefined}
        />
        <div className="actions">
          <button type="submit" className="button" disabled={signIn.isPending}>
            {signIn.isPending ? "Signing in…" : "Sign in"}
          </button>
          <button type="button" className="button button-quiet" onClick={leave}>
            Start over
          </button>
        </div>
      </Form>
    </Page>
  );
}
