import type { Credentials } from "../../api/session";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { Submit } from "../../ui/Submit";
import { Trouble } from "../../ui/Trouble";

type Props = {
  suggestions: string[];
  error: Error | null;
  busy: boolean;
  onSend: (credentials: Credentials) => void;
};

export function PasswordSignIn({ suggestions, error, busy, onSend }: Props) {
  return (
    <Form
      className="panel"
      error={error}
      onSend={(value) => onSend({ username: value("username"), password: value("password") })}
    >
      <h2>With a password</h2>
      {error && <Trouble error={error} />}
      <Field
        label="Username or email"
        name="username"
        autoComplete={suggestions.join(" ")}
        autoCapitalize="none"
        spellCheck={false}
        hint="The email address once it is verified."
        required
      />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
      />
      <Submit label="Sign in" busyLabel="Signing in…" busy={busy} />
    </Form>
  );
}
