import { useIsStaff } from "../../api/me";
import { hasCode } from "../../api/problem";
import type { Order } from "../../api/types";
import { Confirm } from "../../ui/Confirm";
import { Trouble } from "../../ui/Trouble";
import { useHandOver } from "./queries";
import { isRefunded } from "./status";

/** Staff's part of a purchase: the buyer has paid and now gets what was bought. */
export function HandOver({ order }: { order: Order }) {
  const staff = useIsStaff();
  const { mutate, reset, isPending, error } = useHandOver(order);
  if (!staff || order.status !== "paid" || isRefunded(order)) return null;

  const disputed = hasCode(error, "order_disputed");
  return (
    <div className="hand-over">
      <button type="button" className="button" onClick={() => mutate(false)} disabled={isPending}>
        Hand over <span className="sr-only">order {order.number}</span>
      </button>
      {error && !disputed && <Trouble error={error} />}
      {disputed && (
        <Confirm
          title={`Order ${order.number} is disputed`}
          action="Hand it over all the same"
          keep="Keep it here"
          busy={isPending}
          onConfirm={() => mutate(true)}
          onClose={reset}
        >
          <p>
            The payer has asked their bank for this money, and the shop may not keep it. What is
            handed over now may be lost too.
          </p>
        </Confirm>
      )}
    </div>
  );
}
