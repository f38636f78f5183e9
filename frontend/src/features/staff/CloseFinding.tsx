import { useEffect, useId, useRef, useState } from "react";
import { Problem } from "../../api/problem";
import type { Finding } from "../../api/types";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
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
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const { mutate, error, isPending } = useCloseFinding(finding.id);
  const [empty, setEmpty] = useState(false);
  const about = empty
    ? "Say what was done about it."
    : error instanceof Problem
      ? error.about("reason")
      : undefined;

  useEffect(() => dialog.current?.showModal(), []);

  const send = (value: (name: string) => string) => {
    const reason = value("reason").trim();
    setEmpty(!reason);
    if (reason && !isPending) mutate(reason, { onSuccess: onClose });
  };

  return (
    <dialog ref={dialog} className="confirm" aria-labelledby={title} onClose={onClose}>
      <h2 id={title}>Close this?</h2>
      <p>{finding.words}</p>
      {finding.kind === "attempt" && (
        <p>
          The attempt is given up: nobody can pay at its session any more, and what was set aside
          for it goes back on the shelf.
        </p>
      )}
      <Form error={empty || error} onSend={send}>
        {error && !about && <Trouble error={error} />}
        <Field
          label="What was done about it"
          name="reason"
          multiline
          required
          maxLength={1000}
          hint="It stands in the history, with your name."
          error={about}
        />
        <div className="actions">
          <button
            type="button"
            className="button button-quiet"
            onClick={() => dialog.current?.close()}
          >
            Leave it open
          </button>
          <button type="submit" className="button" disabled={isPending}>
            {isPending ? "Closing…" : "Close it"}
          </button>
        </div>
      </Form>
    </dialog>
  );
}
