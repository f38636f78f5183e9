import { useQuery } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { useEffect, useId, useRef } from "react";
import { confirmationQuery, useConfirmByPasskey, useConfirmIdentity } from "../api/confirmation";
import { passkeysPossible } from "../api/passkeys";
import { Problem } from "../api/problem";
import { isDown, leadingTo, providersQuery } from "../api/providers";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { OwnUsername } from "../ui/OwnUsername";
import { Skeleton } from "../ui/Skeleton";
import { Trouble } from "../ui/Trouble";

type Props = { onConfirmed: () => void; onClose: () => void };

/** Asks who is there once more: by password, by passkey, or by a sign-in at a provider, which leaves the page. */
export function ConfirmDialog({ onConfirmed, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const { data, error, refetch } = useQuery(confirmationQuery);

  const byPasskey = !!data?.passkey && passkeysPossible();

  useEffect(() => dialog.current?.showModal(), []);

  return (
    <dialog ref={dialog} className="confirm" aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>Is it you?</h2>
      <p>It has been a while since you signed in. Confirm that it is you, and this goes on.</p>
      {error && <Trouble error={error} retry={() => refetch()} />}
      {!data && !error && <Skeleton lines={2} />}
      {data?.password && <ByPassword onConfirmed={onConfirmed} />}
      {byPasskey && <ByPasskey onConfirmed={onConfirmed} />}
      {data && data.providers.length > 0 && <ByProvider names={data.providers} />}
      {data && !data.password && !byPasskey && data.providers.length === 0 && (
        <p>Sign out and in again, then come back here.</p>
      )}
      <button type="button" className="button button-quiet" onClick={() => dialog.current?.close()}>
        Not now
      </button>
    </dialog>
  );
}

function ByPassword({ onConfirmed }: { onConfirmed: () => void }) {
  const { mutate, error, isPending } = useConfirmIdentity();
  const code = useAskedForCode(error);
  const wrong = (name: string) => (error instanceof Problem && error.error === name ? error : null);
  return (
    <Form
      className="confirm-form"
      error={error}
      onSend={(value) =>
        mutate(
          { password: value("password"), code: value("code") || null },
          { onSuccess: onConfirmed },
        )
      }
    >
      {error && !wrong("second_factor_required") && <Trouble error={error} />}
      <OwnUsername />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
        autoFocus
      />
      {code && (
        <Field
          label="Code"
          name="code"
          autoComplete="one-time-code"
          hint="From your authenticator app, or a recovery code."
          required
          autoFocus
        />
      )}
      <button type="submit" className="button" disabled={isPending}>
        {isPending ? "Confirming…" : "Confirm"}
      </button>
    </Form>
  );
}

/** Once the server has asked for a code, the field for it stays. */
function useAskedForCode(error: unknown): boolean {
  const asked = useRef(false);
  const names = ["second_factor_required", "invalid_code"];
  if (error instanceof Problem && names.includes(error.error)) asked.current = true;
  return asked.current;
}

function ByPasskey({ onConfirmed }: { onConfirmed: () => void }) {
  const { mutate, error, isPending } = useConfirmByPasskey();
  return (
    <div className="confirm-form">
      {error && <Trouble error={error} />}
      <button
        type="button"
        className="button button-quiet button-wide"
        disabled={isPending}
        onClick={() => mutate(undefined, { onSuccess: onConfirmed })}
      >
        {isPending ? "Waiting for the device…" : "Confirm with a passkey"}
      </button>
    </div>
  );
}

function ByProvider({ names }: { names: string[] }) {
  const providers = useQuery(providersQuery).data ?? [];
  const here = useRouterState({ select: ({ location }) => location.pathname });
  return (
    <ul className="confirm-ways">
      {providers
        .filter((provider) => names.includes(provider.name) && !isDown(provider))
        .map(({ name, label, url }) => (
          <li key={name}>
            <a className="button button-quiet button-wide" href={leadingTo(url, here)}>
              Confirm with {label}
            </a>
            <p className="field-hint">Leads to {label} and back; then do it again.</p>
          </li>
        ))}
    </ul>
  );
}
