import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useIsStaff } from "../../api/me";
import { hasCode } from "../../api/problem";
import type { Order } from "../../api/types";
import { AskFirst } from "../../ui/AskFirst";
import { Confirm } from "../../ui/Confirm";
import { Buyer } from "../../ui/shop/Buyer";
import { Trouble } from "../../ui/Trouble";
import { useHandOver, useTakeBack } from "./queries";
import { isRefunded } from "./status";

/** Staff's part of a purchase: the buyer has paid and now gets what was bought. */
export function HandOver({ order }: { order: Order }) {
  const staff = useIsStaff();
  if (!staff || isRefunded(order)) return null;
  if (order.status === "fulfilled") return <TakeBack order={order} />;
  return order.status === "paid" ? <HandOverNow order={order} /> : null;
}

function HandOverNow({ order }: { order: Order }) {
  const { mutate, reset, isPending, error } = useHandOver(order);
  const disputed = hasCode(error, "order_disputed");
  return (
    <div className="hand-over">
      <AskFirst
        label={t`Hand over`}
        about={t`order ${order.number}`}
        className="button"
        title={t`Hand over order ${order.number}?`}
        action={t`It is handed over`}
        keep={t`Not yet`}
        harmless
        busy={isPending}
        onAsk={reset}
        onConfirm={(close) => mutate(false, { onSettled: close })}
      >
        <p>{order.lines.map((line) => `${line.quantity} × ${line.name}`).join(", ")}</p>
        <Buyer of={order} />
      </AskFirst>
      {error && !disputed && <Trouble error={error} />}
      {disputed && (
        <Confirm
          title={t`Order ${order.number} is disputed`}
          action={t`Hand it over all the same`}
          keep={t`Keep it here`}
          busy={isPending}
          onConfirm={() => mutate(true)}
          onClose={reset}
        >
          <p>
            <Trans>
              The payer has asked their bank for this money, and the shop may not keep it. What is
              handed over now may be lost too.
            </Trans>
          </p>
        </Confirm>
      )}
    </div>
  );
}

function TakeBack({ order }: { order: Order }) {
  const { mutate, reset, isPending, error } = useTakeBack(order);
  return (
    <div className="hand-over">
      <AskFirst
        label={t`Take the hand-over back`}
        about={t`of order ${order.number}`}
        title={t`Order ${order.number} is not handed over?`}
        action={t`It is not handed over`}
        keep={t`It is`}
        harmless
        busy={isPending}
        onAsk={reset}
        onConfirm={(close) => mutate(undefined, { onSettled: close })}
      >
        <p>
          <Trans>The order is to be handed over again. What was bought stays sold.</Trans>
        </p>
      </AskFirst>
      {error && <Trouble error={error} />}
    </div>
  );
}
