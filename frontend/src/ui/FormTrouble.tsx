import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { hasCode } from "../api/problem";
import { type Values, valuesOf } from "./Form";
import { Trouble } from "./Trouble";

type Props = {
  error: unknown;
  busy: boolean;
  /** Replaces what was typed with what is there now. */
  onReload: () => void;
  /** Saves what stands in the form, whatever others have saved. */
  onOverwrite: (values: Values) => void;
};

/** Within a form: what its last try ended in. Where others changed the thing meanwhile, the user says what holds. */
export function FormTrouble({ error, busy, onReload, onOverwrite }: Props) {
  if (!hasCode(error, "stale_version")) return error ? <Trouble error={error} /> : null;
  return (
    <div className="notice notice-bad" role="alert">
      <p>
        <Trans>
          Another user changed this while you were editing it, so nothing was saved. What you typed
          is still below.
        </Trans>
      </p>
      <div className="actions">
        <button type="button" className="button button-quiet" disabled={busy} onClick={onReload}>
          {t`Load what is there now`}
        </button>
        <button
          type="button"
          className="button button-quiet"
          disabled={busy}
          onClick={({ currentTarget: { form } }) => form && onOverwrite(valuesOf(form))}
        >
          {t`Save mine all the same`}
        </button>
      </div>
    </div>
  );
}
