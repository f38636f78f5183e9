import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { passkeysPossible } from "../../api/passkeys";
import { Problem } from "../../api/problem";
import type { components } from "../../api/schema";
import { Confirm } from "../../ui/Confirm";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { Skeleton } from "../../ui/Skeleton";
import { Trouble } from "../../ui/Trouble";
import { When } from "../../ui/When";
import { factorsQuery, useAddPasskey, useRemovePasskey } from "./factors";

type Passkey = components["schemas"]["PasskeyOut"];

/** Where there can be none, and are none, nothing is said of them. */
export function Passkeys() {
  const { data, error, refetch } = useQuery(factorsQuery);
  const possible = passkeysPossible() && (data?.passkeys_possible ?? true);
  if (!possible && !data?.passkeys.length) return null;
  return (
    <section className="panel" aria-labelledby="passkeys">
      <h2 id="passkeys">Passkeys</h2>
      <p>
        Sign in with a fingerprint, your face or the PIN of a device. No password and no code is
        needed beside it.
      </p>
      {error && <Trouble error={error} retry={() => refetch()} />}
      {!data && !error && <Skeleton lines={2} />}
      {data && data.passkeys.length > 0 && (
        <ul className="account-list" aria-label="Your passkeys">
          {data.passkeys.map((passkey) => (
            <Kept key={passkey.id} passkey={passkey} />
          ))}
        </ul>
      )}
      {data && possible && <AddPasskey />}
    </section>
  );
}

function AddPasskey() {
  const { mutate, error, isPending, isSuccess } = useAddPasskey();
  const problem = error instanceof Problem ? error : null;
  return (
    <Form className="account-form" error={error} onSend={(value) => mutate(value("name").trim())}>
      {error && <Trouble error={error} />}
      <Field
        label="Name of the passkey"
        name="name"
        autoComplete="off"
        maxLength={100}
        defaultValue="This device"
        hint="So that you know it again, such as Phone or Key on my ring."
        required
        error={problem?.about("name")}
      />
      <div className="actions">
        <button type="submit" className="button" disabled={isPending}>
          {isPending ? "Waiting for the device…" : "Add a passkey"}
        </button>
        <p role="status">{isSuccess && "Added."}</p>
      </div>
    </Form>
  );
}

function Kept({ passkey }: { passkey: Passkey }) {
  const [asking, setAsking] = useState(false);
  const { mutate, error, isPending } = useRemovePasskey(passkey.id);
  const remove = () => {
    setAsking(false);
    mutate(undefined);
  };
  return (
    <li className="account-entry">
      <div className="row-main">
        <p className="account-name">{passkey.name}</p>
        <p className="fine">
          Added <When at={passkey.created_at} />,{" "}
          {passkey.used_at ? (
            <>
              last used <When at={passkey.used_at} />
            </>
          ) : (
            "not used yet"
          )}
        </p>
      </div>
      <button
        type="button"
        className="button button-small"
        disabled={isPending}
        onClick={() => setAsking(true)}
      >
        Remove <span className="sr-only">{passkey.name}</span>
      </button>
      {asking && (
        <Confirm
          title={`Remove ${passkey.name}?`}
          action="Remove it"
          busy={isPending}
          onConfirm={remove}
          onClose={() => setAsking(false)}
        >
          <p>It signs you in no more. Delete it on the device too.</p>
        </Confirm>
      )}
      {error && !isPending && <Trouble error={error} />}
    </li>
  );
}
