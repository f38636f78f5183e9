import { Problem } from "../../../api/problem";
import type { User } from "../../../api/types";
import { Field } from "../../../ui/Field";
import { Form } from "../../../ui/Form";
import { Trouble } from "../../../ui/Trouble";
import { useChangeUser } from "./queries";

export function EditUser({ user }: { user: User }) {
  const { mutate, error, isPending, isSuccess } = useChangeUser(user);
  const about = (field: string) => (error instanceof Problem ? error.about(field) : undefined);

  const send = (value: (name: string) => string) => {
    const [name, email] = ["name", "email"].map((field) => value(field).trim() || null);
    mutate({
      ...(name !== user.name && { name }),
      ...(email !== user.email && { email }),
    });
  };

  return (
    <Form className="panel" aria-label="Name and email" error={error} onSend={send}>
      <h2>Name and email</h2>
      {error && <Trouble error={error} />}
      <Field
        label="Name"
        name="name"
        autoComplete="off"
        defaultValue={user.name ?? ""}
        error={about("name")}
      />
      <Field
        label="Email"
        name="email"
        type="email"
        autoComplete="off"
        defaultValue={user.email ?? ""}
        hint="A new address is not verified until they open the link that is sent to it."
        error={about("email")}
      />
      <div className="actions">
        <button type="submit" className="button button-quiet" disabled={isPending}>
          {isPending ? "Saving…" : "Save"}
        </button>
        <p role="status">{isSuccess && "Saved."}</p>
      </div>
    </Form>
  );
}
