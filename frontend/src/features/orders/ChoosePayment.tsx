import { msg } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useId } from "react";
import type { Payment } from "../../api/types";
import { say, type Words } from "../../language";
import { showMoney } from "../../ui/shop/money";

type Props = { payments: Payment[]; id: string; onChoose: (id: string) => void };

export function ChoosePayment({ payments, id, onChoose }: Props) {
  const select = useId();
  return (
    <div className="field">
      <label htmlFor={select}>
        <Trans>Payment</Trans>
      </label>
      <select id={select} value={id} onChange={(event) => onChoose(event.target.value)}>
        {payments.map((payment) => (
          <option key={payment.id} value={payment.id}>
            {showMoney(payment.amount, payment)}: {say(uses[payment.disposition])}
          </option>
        ))}
      </select>
    </div>
  );
}

/** What became of a payment, said of it. */
export const uses: Record<Payment["disposition"], Words> = {
  settles: msg`paid the order`,
  surplus: msg`is needed by no order`,
  late: msg`came too late`,
};
