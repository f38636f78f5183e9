import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
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
          <summary>
            <Trans>Refund</Trans>
          </summary>
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

const outcomes: Record<SentRefund["status"], "back" | "on its way"> = {
  new: "on its way",
  unknown: "on its way",
  pending: "on its way",
  requires_action: "on its way",
  succeeded: "back",
  failed: "on its way",
  canceled: "on its way",
};

function describe(refund: SentRefund): string {
  const money = showMoney(refund.amount, refund);
  return outcomes[refund.status] === "back"
    ? t`${money} went back.`
    : t`${money} is on its way back.`;
}
