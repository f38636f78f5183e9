import { useState } from "react";
import type { Order } from "../../api/types";
import { Confirm } from "../../ui/Confirm";
import { Trouble } from "../../ui/Trouble";
import { useCancel } from "./queries";

/** Stays where the order has moved on meanwhile, to say why it was not cancelled. */
export function CancelOrder({ order }: { order: Order }) {
  const [asking, setAsking] = useState(false);
  const { mutate, isPending, error } = useCancel(order);
  const waits = order.status === "pending";
  const close = () => setAsking(false);

  return (
    <>
      {waits && (
        <button type="button" className="button button-quiet" onClick={() => setAsking(true)}>
          Cancel this order
        </button>
      )}
      {waits && asking && (
        <Confirm
          title={`Cancel order ${order.number}?`}
          action="Cancel the order"
          busy={isPending}
          onConfirm={() => mutate(undefined, { onSettled: close })}
          onClose={close}
        >
          <p>Nothing is charged, and what was set aside for it goes back on the shelf.</p>
        </Confirm>
      )}
      {error && !isPending && <Trouble error={error} />}
    </>
  );
}
