import "../../ui/lists.css";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { factorsQuery } from "../../api/factors";
import { fieldError } from "../../api/problem";
import type { Passkey } from "../../api/types";
import { AskFirst } from "../../ui/AskFirst";
import { Entry } from "../../ui/Entry";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { Loaded } from "../../ui/Loaded";
import { Section } from "../../ui/Section";
import { Submit } from "../../ui/Submit";
import { Trouble } from "../../ui/Trouble";
import { When } from "../../ui/When";
import { passkeysPossible } from "./device";
import { useAddPasskey, useRemovePasskey } from "./queries";

/** Is not there where the user has no passkeys and can have none. */
export function Passkeys() {
  const factors = useQuery(factorsQuery);
  const possible = passkeysPossible() && (factors.data?.passkeys_possible ?? true);
  if (!possible && !factors.data?.passkeys.length) return null;
  return (
    <Section title={t`Passkeys`}>
      <p>
        <Trans>
          Sign in with a fingerprint, your face or the PIN of a device. No password and no code is
          needed beside it.
        </Trans>
      </p>
      <Loaded query={factors} lines={2}>
        {({ passkeys }) => (
          <>
            {passkeys.length > 0 && (
              <ul className="entries" aria-label={t`Your passkeys`}>
                {passkeys.map((passkey) => (
                  <PasskeyEntry key={passkey.id} passkey={passkey} />
                ))}
              </ul>
            )}
            {possible && <AddPasskey />}
          </>
        )}
      </Loaded>
    </Section>
  );
}

function AddPasskey() {
  const { mutate, error, isPending, isSuccess } = useAddPasskey();
  return (
    <Form className="stack" error={error} onSend={(value) => mutate(value("name").trim())}>
      {error && <Trouble error={error} />}
      <Field
        label={t`Name of the passkey`}
        name="name"
        autoComplete="off"
        maxLength={100}
        defaultValue={t`This device`}
        hint={t`So that you know it again, such as Phone or Key on my ring.`}
        required
        error={fieldError(error, "name")}
      />
      <div className="actions">
        <Submit label={t`Add a passkey`} busyLabel={t`Waiting for the device…`} busy={isPending} />
        <p role="status">{isSuccess && t`Added.`}</p>
      </div>
    </Form>
  );
}

function PasskeyEntry({ passkey: { id, name, created_at, used_at } }: { passkey: Passkey }) {
  const { mutate, error, isPending } = useRemovePasskey(id);
  const used = used_at ? (
    <Trans>
      last used <When at={used_at} />
    </Trans>
  ) : (
    <Trans>not used yet</Trans>
  );
  return (
    <Entry
      name={name}
      detail={
        <Trans>
          Added <When at={created_at} />, {used}
        </Trans>
      }
    >
      <AskFirst
        label={t`Remove`}
        about={name}
        className="button button-small"
        disabled={isPending}
        title={t`Remove ${name}?`}
        action={t`Remove it`}
        busy={isPending}
        onConfirm={(close) => {
          close();
          mutate(undefined);
        }}
      >
        <p>
          <Trans>It signs you in no more. Delete it on the device too.</Trans>
        </p>
      </AskFirst>
      {error && !isPending && <Trouble error={error} />}
    </Entry>
  );
}
