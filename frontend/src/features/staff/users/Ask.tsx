import { type ReactNode, useState } from "react";
import { Confirm } from "../../../ui/Confirm";
import { Trouble } from "../../../ui/Trouble";

type Props = {
  /** What the button says, and what the question is. */
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

/** A button that asks before it acts. What went wrong is said where the question is. */
export function Ask({ label, title, action, act, onDone, children }: Props) {
  const [asking, setAsking] = useState(false);
  const ask = () => {
    act.reset();
    setAsking(true);
  };
  const done = () => {
    setAsking(false);
    onDone?.();
  };

  return (
    <>
      <button type="button" className="button button-quiet" onClick={ask}>
        {label}
      </button>
      {asking && (
        <Confirm
          title={title}
          action={action}
          keep="Leave it"
          busy={act.isPending}
          onConfirm={() => act.mutate(undefined, { onSuccess: done })}
          onClose={() => setAsking(false)}
        >
          {children}
          {act.error && <Trouble error={act.error} />}
        </Confirm>
      )}
    </>
  );
}
