import "./auth.css";
import { useNavigate } from "@tanstack/react-router";
import { useMe } from "../../api/me";
import { Problem } from "../../api/problem";
import type { User } from "../../api/types";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { Page } from "../../ui/Page";
import { Trouble } from "../../ui/Trouble";
import { useSaveProfile, useSignOut } from "./queries";

export function Profile() {
  const me = useMe();
  if (!me) return null;
  return (
    <Page title="Your profile" aside={<SignOut />} narrow>
      <p>
        Signed in as <strong>{me.username}</strong>
        {me.role === "staff" && ", who runs the shop"}
        {me.identities.length > 0 && `, by ${me.identities.map((i) => i.provider).join(" and ")}`}.
      </p>
      <ProfileForm me={me} />
    </Page>
  );
}

function ProfileForm({ me }: { me: User }) {
  const { mutate, error, isPending, isSuccess } = useSaveProfile();
  const problem = error instanceof Problem ? error : null;
  return (
    <Form
      className="panel"
      error={error}
      onSend={(value) => mutate({ name: value("name").trim(), email: value("email").trim() })}
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
      <div className="actions">
        <button type="submit" className="button" disabled={isPending}>
          {isPending ? "Saving…" : "Save"}
        </button>
        <p role="status">{isSuccess && "Saved."}</p>
      </div>
    </Form>
  );
}

function SignOut() {
  const navigate = useNavigate();
  const { mutate, error, isPending } = useSignOut();
  const leave = () => navigate({ to: "/" });
  return (
    <div>
      <button
        type="button"
        className="button button-quiet"
        disabled={isPending}
        onClick={() => mutate(undefined, { onSuccess: leave })}
      >
        Sign out
      </button>
      {error && <Trouble error={error} />}
    </div>
  );
}
