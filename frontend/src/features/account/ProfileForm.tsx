import { Problem } from "../../api/problem";
import type { User } from "../../api/types";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { Trouble } from "../../ui/Trouble";
import { useAskToVerify, useSaveProfile } from "./queries";

export function ProfileForm({ me }: { me: User }) {
  const { mutate, error, isPending, isSuccess } = useSaveProfile();
  const problem = error instanceof Problem ? error : null;
  return (
    <Form
      className="panel"
      aria-label="Name and email"
      error={error}
      onSend={(value) =>
        mutate({ name: value("name").trim() || null, email: value("email").trim() || null })
      }
    >
      {error && <Trouble error={error} />}
      <Field
        label="Name"
        name="name"
        autoComplete="name"
        defaultValue={me.name ?? ""}
        error={problem?.about("name")}
      />
      <Field
        label="Email"
        name="email"
        type="email"
        autoComplete="email"
        defaultValue={me.email ?? ""}
        hint={me.email ? (me.email_verified ? "Verified." : "Not verified yet.") : undefined}
        error={problem?.about("email")}
      />
      {me.email && !me.email_verified && <AskToVerify />}
      <div className="actions">
        <button type="submit" className="button" disabled={isPending}>
          {isPending ? "Saving…" : "Save"}
        </button>
        <p role="status">{isSuccess && "Saved."}</p>
      </div>
    </Form>
  );
}

function AskToVerify() {
  const { mutate, error, isPending, isSuccess } = useAskToVerify();
  return (
    <>
      <div className="actions">
        <button
          type="button"
          className="button button-small"
          disabled={isPending}
          onClick={() => mutate()}
        >
          Send the mail with the link again
        </button>
        <p role="status">{isSuccess && "It is on its way."}</p>
      </div>
      {error && <Trouble error={error} />}
    </>
  );
}
