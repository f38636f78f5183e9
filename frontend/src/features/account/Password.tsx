import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { confirmationQuery } from "../../api/confirmation";
import { fieldError, hasCode } from "../../api/problem";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { Loaded } from "../../ui/Loaded";
import { OwnUsername } from "../../ui/OwnUsername";
import { NewPasswordField, passwordType, ShowPassword } from "../../ui/passwords";
import { Section } from "../../ui/Section";
import { Submit } from "../../ui/Submit";
import { Trouble } from "../../ui/Trouble";
import { useChangePassword } from "./queries";

/** Changes the password, or sets a first one for a user who signs in by other means. */
export function Password() {
  const confirmation = useQuery(confirmationQuery);
  return (
    <Section title={t`Password`} id="password">
      <Loaded query={confirmation} lines={2}>
        {({ password }) => <PasswordForm has={password} />}
      </Loaded>
    </Section>
  );
}

function PasswordForm({ has }: { has: boolean }) {
  const { mutate, error, isPending, isSuccess } = useChangePassword();
  const [shown, setShown] = useState(false);
  const [round, setRound] = useState(0); // another form, and so an empty one, after each change
  const wrong = hasCode(error, "wrong_password") ? t`This is not your password.` : undefined;
  return (
    <Form
      key={round}
      className="stack"
      error={error}
      onSend={(value) =>
        mutate(
          {
            current_password: has ? value("current_password") : null,
            new_password: value("new_password"),
          },
          { onSuccess: () => setRound(round + 1) },
        )
      }
    >
      {error && !wrong && <Trouble error={error} />}
      <OwnUsername />
      {!has && (
        <p>
          <Trans>You have none yet. With one you can also sign in without another account.</Trans>
        </p>
      )}
      {has && (
        <Field
          label={t`Current password`}
          name="current_password"
          type={passwordType(shown)}
          autoComplete="current-password"
          required
          error={wrong}
        />
      )}
      <NewPasswordField
        label={t`New password`}
        name="new_password"
        shown={shown}
        error={fieldError(error, "new_password")}
      />
      <ShowPassword label={t`Show what I type`} shown={shown} onChange={setShown} />
      <div className="actions">
        <Submit
          label={has ? t`Change the password` : t`Set the password`}
          busyLabel={t`Saving…`}
          busy={isPending}
        />
        <p role="status">{isSuccess && t`Done. You are signed out everywhere else.`}</p>
      </div>
    </Form>
  );
}
