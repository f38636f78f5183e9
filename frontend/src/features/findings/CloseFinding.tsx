import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useState } from "react";
import { fieldError } from "../../api/problem";
import type { Finding } from "../../api/types";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { Submit } from "../../ui/Submit";
import { Trouble } from "../../ui/Trouble";
import { useCloseFinding } from "./queries";

/** Staff have dealt with a finding, and say how. */
export function CloseFinding({ finding }: { finding: Finding }) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <button
        type="button"
        className="button button-quiet"
        aria-label={t`Close: ${finding.words}`}
        onClick={() => setAsking(true)}
      >
        <Trans>Close</Trans>
      </button>
      {asking && <Question finding={finding} onClose={() => setAsking(false)} />}
    </>
  );
}

function Question({ finding, onClose }: { finding: Finding; onClose: () => void }) {
  return (
    <Dialog title={t`Close this?`} onClose={onClose}>
      {(close) => (
        <>
          <p>{finding.words}</p>
          {finding.kind === "attempt" && (
            <p>
              <Trans>
                The attempt is given up: its session can be paid no more, and what was set aside for
                it goes back on the shelf.
              </Trans>
            </p>
          )}
          <ReasonForm finding={finding} onClosed={onClose} onLeave={close} />
        </>
      )}
    </Dialog>
  );
}

type Props = { finding: Finding; onClosed: () => void; onLeave: () => void };

function ReasonForm({ finding, onClosed, onLeave }: Props) {
  const { mutate, error, isPending } = useCloseFinding(finding.id);
  const [empty, setEmpty] = useState(false);
  const wrong = empty ? t`Say what was done about it.` : fieldError(error, "reason");

  const send = (value: (name: string) => string) => {
    const reason = value("reason").trim();
    setEmpty(!reason);
    if (reason && !isPending) mutate(reason, { onSuccess: onClosed });
  };

  return (
    <Form error={empty || error} onSend={send}>
      {error && !wrong && <Trouble error={error} />}
      <Field
        label={t`What was done about it`}
        name="reason"
        multiline
        required
        maxLength={1000}
        hint={t`It stands in the history, with your name.`}
        error={wrong}
      />
      <div className="actions">
        <button type="button" className="button button-quiet" onClick={onLeave}>
          <Trans>Leave it open</Trans>
        </button>
        <Submit label={t`Close it`} busyLabel={t`Closing…`} busy={isPending} />
      </div>
    </Form>
  );
}
