import { t } from "@lingui/core/macro";
import { Trouble } from "../../ui/Trouble";

type Props = { label: string; error: Error | null; busy: boolean; onClick: () => void };

/** Asks the device for a passkey, and says what went wrong with it. */
export function PasskeyButton({ label, error, busy, onClick }: Props) {
  return (
    <>
      {error && <Trouble error={error} />}
      <button
        type="button"
        className="button button-quiet button-wide"
        disabled={busy}
        onClick={onClick}
      >
        {busy ? t`Waiting for the device…` : label}
      </button>
    </>
  );
}
