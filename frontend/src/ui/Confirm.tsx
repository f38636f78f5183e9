import { type ReactNode, useEffect, useId, useRef } from "react";

type Props = {
  title: string;
  action: string;
  /** What the button says that means no. */
  keep?: string;
  busy: boolean;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
};

/** A modal question. Escape and `keep` both mean no; the safe answer has the focus first. */
export function Confirm({
  title,
  action,
  keep = "Keep it",
  busy,
  onConfirm,
  onClose,
  children,
}: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();

  useEffect(() => dialog.current?.showModal(), []);

  return (
    <dialog ref={dialog} className="confirm" aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      {children}
      <div className="actions">
        <button
          type="button"
          className="button button-quiet"
          onClick={() => dialog.current?.close()}
        >
          {keep}
        </button>
        <button type="button" className="button button-bad" onClick={onConfirm} disabled={busy}>
          {action}
        </button>
      </div>
    </dialog>
  );
}
