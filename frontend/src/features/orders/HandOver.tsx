import { useMe } from "../../api/me";
import type { Order } from "../../api/types";
import { Trouble } from "../../ui/Trouble";
import { useHandOver } from "./queries";
import { isRefunded } from "./status";

/** Staff's part of a purchase: the buyer has paid and now gets what was bought. */
export function HandOver({ order }: { order: Order }) {
  const staff = useMe()?.role === "staff";
  const { mutate, isPending, error } = useHandOver(order);
  if (!staff || order.status !== "paid" || isRefunded(order)) return null;

  return (
    <div className="hand-over">
      <button type="button" className="button" onClick={() => mutate()} disabled={isPending}>
        Hand over <span className="sr-only">order {order.number}</span>
      </button>
      {error && <Trouble error={error} />}
    </div>
  );
}
