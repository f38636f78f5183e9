import { useState } from "react";
import { Confirm, type Question } from "./Confirm";

type Props = Question & {
  /** What stands on the button that asks; `about` is read out after it. */
  label: string;
  about?: string;
  className?: string;
  disabled?: boolean;
  onAsk?: () => void;
  /** The answer was yes. The question stays until `close` is called. */
  onConfirm: (close: () => void) => void;
};

/** A button that asks before it acts. */
export function AskFirst({
  label,
  about,
  className = "button button-quiet",
  disabled,
  onAsk,
  onConfirm,
  ...question
}: Props) {
  const [asking, setAsking] = useState(false);
  const close = () => setAsking(false);
  const ask = () => {
    onAsk?.();
    setAsking(true);
  };
  return (
    <>
      <button type="button" className={className} disabled={disabled} onClick={ask}>
        {label} {about && <span className="sr-only">{about}</span>}
      </button>
      {asking && <Confirm {...question} onConfirm={() => onConfirm(close)} onClose={close} />}
    </>
  );
}
