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
        aria-label={`Close: ${finding.words}`}
        onClick={() => setAsking(true)}
      >
        Close
      </button>
      {asking && <Question finding={finding} onClose={() => setAsking(false)} />}
    </>
  );
}

function Question({ finding, onClose }: { finding: Finding; onClose: () => void }) {
  return (
    <Dialog title="Close this?" onClose={onClose}>
      {(close) => (
        <>
          <p>{finding.words}</p>
          {finding.kind === "attempt" && (
            <p>
              The attempt is given up: its session can be paid no more, and what was set aside for
              it goes back on the shelf.
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
  const wrong = empty ? "Say what was done about it." : fieldError(error, "reason");

  const send = (value: (name: string) => string) => {
    const reason = value("reason").trim();
    setEmpty(!reason);
    if (reason && !isPending) mutate(reason, { onSuccess: onClosed });
  };

  return (
    <Form error={empty || error} onSend={send}>
      {error && !wrong && <Trouble error={error} />}
      <Field
        label="What was done about it"
        name="reason"
        multiline
        required
        maxLength={1000}
        hint="It stands in the history, with your name."
        error={wrong}
      />
      <div className="actions">
        <button type="button" className="button button-quiet" onClick={onLeave}>
          Leave it open
        </button>
        <Submit label="Close it" busyLabel="Closing…" busy={isPending} />
      </div>
    </Form>
  );
}
