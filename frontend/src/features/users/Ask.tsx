import { t } from "@lingui/core/macro";
import type { ReactNode } from "react";
import { AskFirst } from "../../ui/AskFirst";
import { Trouble } from "../../ui/Trouble";

type Props = {
  /** On the button that asks. */
  label: string;
  title: string;
  action: string;
  act: {
    mutate: (nothing: undefined, then: { onSuccess: () => void }) => void;
    reset: () => void;
    error: Error | null;
    isPending: boolean;
  };
  onDone?: () => void;
  children: ReactNode;
};

/** A button that asks before it acts. The question stays until it is done, and says what went wrong. */
export function Ask({ label, title, action, act, onDone, children }: Props) {
  return (
    <AskFirst
      label={label}
      title={title}
      action={action}
      keep={t`Leave it`}
      busy={act.isPending}
      onAsk={act.reset}
      onConfirm={(close) =>
        act.mutate(undefined, {
          onSuccess: () => {
            close();
            onDone?.();
          },
        })
      }
    >
      {children}
      {act.error && <Trouble error={act.error} />}
    </AskFirst>
  );
}
