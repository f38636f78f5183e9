import "./users.css";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link, useNavigate } from "@tanstack/react-router";
import { fieldError } from "../../api/problem";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { NameAndEmail } from "../../ui/NameAndEmail";
import { Page } from "../../ui/Page";
import { Submit } from "../../ui/Submit";
import { Trouble } from "../../ui/Trouble";
import { useNewUser } from "./queries";
import { RoleField } from "./RoleField";
import { isRole } from "./roles";

export function NewUser() {
  const navigate = useNavigate();
  const { mutate, error, isPending } = useNewUser();

  const send = (value: (name: string) => string) => {
    const role = value("role");
    mutate(
      {
        username: value("username").trim(),
        name: value("name").trim() || null,
        email: value("email").trim() || null,
        password: value("password") || null,
        role: isRole(role) ? role : "customer",
      },
      {
        onSuccess: ({ id }) => navigate({ to: "/staff/users/$id", params: { id: String(id) } }),
      },
    );
  };

  return (
    <Page title={t`New user`} narrow>
      <Form className="panel" error={error} onSend={send}>
        {error && <Trouble error={error} />}
        <Field
          label={t`Username`}
          name="username"
          autoComplete="off"
          required
          error={fieldError(error, "username")}
        />
        <NameAndEmail error={error} />
        <Field
          label={t`Password`}
          name="password"
          type="password"
          autoComplete="new-password"
          hint={t`Better left empty: then a mail brings them a link, and they choose one that only they know.`}
          error={fieldError(error, "password")}
        />
        <RoleField of="one" defaultValue="customer" />
        <div className="actions">
          <Submit label={t`Make the account`} busyLabel={t`Saving…`} busy={isPending} />
          <Link to="/staff/users">
            <Trans>Back to the users</Trans>
          </Link>
        </div>
      </Form>
    </Page>
  );
}
