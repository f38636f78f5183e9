import { useEffect, useRef, useState } from "react";
import { useIsStaff } from "../../api/me";
import type { Order, Refund as SentRefund } from "../../api/types";
import { showMoney } from "../../ui/shop/money";
import { useRefund } from "./queries";
import { RefundForm } from "./RefundForm";

/** Staff send money back, all that is left of a payment or a part of it. */
export function Refund({ order }: { order: Order }) {
  const staff = useIsStaff();
  const [{ times, left: atFirst }, setForm] = useState({ times: 0, left: leftOf(order) });
  const answer = useRef<HTMLParagraphElement>(null);
  const refund = useRefund(order, (now) =>
    setForm((before) => ({ times: before.times + 1, left: leftOf(now) })),
  );

  // The form that was sent is gone; what came of it takes the focus.
  useEffect(() => {
    if (times > 0) answer.current?.focus();
  }, [times]);

  if (!staff || !order.payments?.length) return null;

  const left = leftOf(order);
  const said = refund.data && describe(refund.data);
  return (
    <>
      <p
        role="status"
        ref={answer}
        tabIndex={-1}
        className={said ? "notice notice-good" : "sr-only"}
      >
        {said}
      </p>
      {left.length > 0 && (
        <details className="panel refund">
          <summary>Refund</summary>
          <RefundForm
            key={`${times} ${left.map(({ id }) => id)}`}
            payments={left}
            atFirst={atFirst}
            refund={refund}
          />
        </details>
      )}
    </>
  );
}

/** The payments of which a part or all can go back. */
const leftOf = ({ payments }: Order) => (payments ?? []).filter(({ refundable }) => refundable > 0);

const outcomes: Record<SentRefund["status"], "went back" | "is on its way back"> = {
  new: "is on its way back",
  unknown: "is on its way back",
  pending: "is on its way back",
  requires_action: "is on its way back",
  succeeded: "went back",
  failed: "is on its way back",
  canceled: "is on its way back",
};

function describe(refund: SentRefund): string {
  const outcome = outcomes[refund.status] ?? "is on its way back";
  return `${showMoney(refund.amount, refund)} ${outcome}.`;
}
