import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { confirmationQuery } from "../../api/confirmation";
import { Problem } from "../../api/problem";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { OwnUsername } from "../../ui/OwnUsername";
import { Skeleton } from "../../ui/Skeleton";
import { Trouble } from "../../ui/Trouble";
import { useChangePassword } from "./queries";

/** Changes the password, or sets a first one for somebody who signs in by other means. */
export function Password() {
  const { data, error, refetch } = useQuery(confirmationQuery);
  return (
    <section className="panel" aria-labelledby="password">
      <h2 id="password">Password</h2>
      {error && <Trouble error={error} retry={() => refetch()} />}
      {!data && !error && <Skeleton lines={2} />}
      {data && <PasswordForm has={data.password} />}
    </section>
  );
}

function PasswordForm({ has }: { has: boolean }) {
  const { mutate, error, isPending, isSuccess } = useChangePassword();
  const [shown, setShown] = useState(false);
  const [round, setRound] = useState(0); // another form, and so an empty one, after each change
  const problem = error instanceof Problem ? error : null;
  const wrong = problem?.error === "wrong_password" ? "This is not your password." : undefined;
  const type = shown ? "text" : "password";
  return (
    <Form
      key={round}
      className="account-form"
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
      {!has && <p>You have none yet. With one you can also sign in without another account.</p>}
      {has && (
        <Field
          label="Current password"
          name="current_password"
          type={type}
          autoComplete="current-password"
          required
          error={wrong}
        />
      )}
      <Field
        label="New password"
        name="new_password"
        type={type}
        autoComplete="new-password"
        autoCapitalize="none"
        spellCheck={false}
        required
        hint="Length is what counts: a few words in a row make a good one."
        error={problem?.about("new_password")}
      />
      <label className="check">
        <input type="checkbox" checked={shown} onChange={() => setShown(!shown)} />
        Show what I type
      </label>
      <div className="actions">
        <button type="submit" className="button" disabled={isPending}>
          {isPending ? "Saving…" : has ? "Change the password" : "Set the password"}
        </button>
        <p role="status">{isSuccess && "Done. You are signed out everywhere else."}</p>
      </div>
    </Form>
  );
}
