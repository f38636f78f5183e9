import { t } from "@lingui/core/macro";
import { use } from "react";
import { api, body } from "../api/client";
import { useProof } from "../api/confirmation";
import { hasCode } from "../api/problem";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { OwnUsername } from "../ui/OwnUsername";
import { Submit } from "../ui/Submit";
import { Trouble } from "../ui/Trouble";
import { Parts, type WayToConfirm } from "./parts";

export const byPassword: WayToConfirm = {
  isPossible: ({ password }) => password,
  Way: ConfirmByPassword,
};

function ConfirmByPassword({ onConfirmed }: { onConfirmed: () => void }) {
  const { CodeField } = use(Parts);
  const { mutate, error, isPending } = useProof(
    (proof: { password: string; code: string | null }) =>
      body(api.POST("/api/profile/confirm", { body: proof })),
  );
  return (
    <Form
      className="stack"
      error={error}
      onSend={(value) =>
        mutate(
          { password: value("password"), code: value("code") || null },
          { onSuccess: onConfirmed },
        )
      }
    >
      {error && !hasCode(error, "second_factor_required") && <Trouble error={error} />}
      <OwnUsername />
      <Field
        label={t`Password`}
        name="password"
        type="password"
        autoComplete="current-password"
        required
        autoFocus
      />
      {CodeField && <CodeField error={error} />}
      <Submit label={t`Confirm`} busyLabel={t`Confirming…`} busy={isPending} />
    </Form>
  );
}
