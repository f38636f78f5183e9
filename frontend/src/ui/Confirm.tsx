import { t } from "@lingui/core/macro";
import type { ReactNode } from "react";
import { Dialog } from "./Dialog";

export type Question = {
  title: string;
  /** The button that says yes. */
  action: string;
  /** The button that says no. */
  keep?: string;
  /** Yes takes nothing away, and can be taken back. */
  harmless?: boolean;
  busy: boolean;
  children: ReactNode;
};

type Props = Question & { onConfirm: () => void; onClose: () => void };

/** A question with a yes and a no. Escape means no; the button that says no has the focus first. */
export function Confirm({
  title,
  action,
  keep = t`Keep it`,
  harmless,
  busy,
  onConfirm,
  onClose,
  children,
}: Props) {
  return (
    <Dialog title={title} onClose={onClose}>
      {(close) => (
        <>
          {children}
          <div className="actions">
            <button type="button" className="button button-quiet" onClick={close}>
              {keep}
            </button>
            <button
              type="button"
              className={harmless ? "button" : "button button-bad"}
              onClick={onConfirm}
              disabled={busy}
            >
              {action}
            </button>
          </div>
        </>
      )}
    </Dialog>
  );
}
