import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { User } from "../../api/types";
import { Form } from "../../ui/Form";
import { NameAndEmail } from "../../ui/NameAndEmail";
import { Submit } from "../../ui/Submit";
import { Trouble } from "../../ui/Trouble";
import { useChangeUser } from "./queries";

export function EditUser({ user }: { user: User }) {
  const { mutate, error, isPending, isSuccess } = useChangeUser(user);

  const send = (value: (name: string) => string) => {
    const [name, email] = ["name", "email"].map((field) => value(field).trim() || null);
    mutate({
      ...(name !== user.name && { name }),
      ...(email !== user.email && { email }),
    });
  };

  return (
    <Form className="panel" aria-label={t`Name and email`} error={error} onSend={send}>
      <h2>
        <Trans>Name and email</Trans>
      </h2>
      {error && <Trouble error={error} />}
      <NameAndEmail
        user={user}
        emailHint={t`A new address is not verified until they open the link that is sent to it.`}
        error={error}
      />
      <div className="actions">
        <Submit
          label={t`Save`}
          busyLabel={t`Saving…`}
          busy={isPending}
          className="button button-quiet"
        />
        <p role="status">{isSuccess && t`Saved.`}</p>
      </div>
    </Form>
  );
}
