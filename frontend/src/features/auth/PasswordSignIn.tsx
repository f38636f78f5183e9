import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
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
      <h2>
        <Trans>With a password</Trans>
      </h2>
      {error && <Trouble error={error} />}
      <Field
        label={t`Username or email`}
        name="username"
        autoComplete={suggestions.join(" ")}
        autoCapitalize="none"
        spellCheck={false}
        hint={t`The email address once it is verified.`}
        required
      />
      <Field
        label={t`Password`}
        name="password"
        type="password"
        autoComplete="current-password"
        required
      />
      <Submit label={t`Sign in`} busyLabel={t`Signing in…`} busy={busy} />
    </Form>
  );
}
