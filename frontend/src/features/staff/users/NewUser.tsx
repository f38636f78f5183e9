import "../staff.css";
import { Link, useNavigate } from "@tanstack/react-router";
import { Problem } from "../../../api/problem";
import type { Role } from "../../../api/types";
import { Field } from "../../../ui/Field";
import { Form } from "../../../ui/Form";
import { Page } from "../../../ui/Page";
import { Trouble } from "../../../ui/Trouble";
import { useNewUser } from "./queries";

export function NewUser() {
  const navigate = useNavigate();
  const { mutate, error, isPending } = useNewUser();
  const about = (field: string) => (error instanceof Problem ? error.about(field) : undefined);

  const send = (value: (name: string) => string) =>
    mutate(
      {
        username: value("username").trim(),
        name: value("name").trim() || null,
        email: value("email").trim() || null,
        password: value("password") || null,
        role: value("role") as Role,
      },
      {
        onSuccess: (made) => navigate({ to: "/staff/users/$id", params: { id: String(made.id) } }),
      },
    );

  return (
    <Page title="New user" narrow>
      <Form className="panel" error={error} onSend={send}>
        {error && <Trouble error={error} />}
        <Field
          label="Username"
          name="username"
          autoComplete="off"
          required
          error={about("username")}
        />
        <Field label="Name" name="name" autoComplete="off" error={about("name")} />
        <Field label="Email" name="email" type="email" autoComplete="off" error={about("email")} />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          hint="Better left empty: then a mail brings them a link, and they choose one that only they know."
          error={about("password")}
        />
        <div className="field">
          <label htmlFor="new-user-role">Role</label>
          <select id="new-user-role" name="role" defaultValue="customer">
            <option value="customer">Customer</option>
            <option value="staff">Staff, who run the shop</option>
          </select>
        </div>
        <div className="actions">
          <button type="submit" className="button" disabled={isPending}>
            {isPending ? "Saving…" : "Make the account"}
          </button>
          <Link to="/staff/users">Back to the users</Link>
        </div>
      </Form>
    </Page>
  );
}
