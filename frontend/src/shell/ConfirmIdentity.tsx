import { type ReactNode, useCallback, useState } from "react";
import { Asking } from "../api/confirmation";
import { ConfirmDialog } from "./ConfirmDialog";

/** Below this, an action that the server wants a confirmation for asks for it, and is then done again. */
export function ConfirmIdentity({ children }: { children: ReactNode }) {
  const [waiting, setWaiting] = useState<{ answer: (yes: boolean) => void } | null>(null);
  const ask = useCallback(
    () => new Promise<boolean>((resolve) => setWaiting({ answer: resolve })),
    [],
  );
  const settle = (yes: boolean) => {
    waiting?.answer(yes);
    setWaiting(null);
  };
  return (
    <Asking value={ask}>
      {children}
      {waiting && <ConfirmDialog onConfirmed={() => settle(true)} onClose={() => settle(false)} />}
    </Asking>
  );
}
