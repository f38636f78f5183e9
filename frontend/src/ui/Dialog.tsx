import { type ReactNode, useEffect, useId, useRef } from "react";

type Props = {
  title: string;
  /** After Escape too. */
  onClose: () => void;
  children: (close: () => void) => ReactNode;
};

/** A modal dialog, open as long as it is rendered. */
export function Dialog({ title, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();

  useEffect(() => dialog.current?.showModal(), []);

  return (
    <dialog ref={dialog} className="confirm" aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      {children(() => dialog.current?.close())}
    </dialog>
  );
}
