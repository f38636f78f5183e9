import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useState } from "react";
import { explain, fieldError, hasCode, Problem } from "../../api/problem";
import type { Payment } from "../../api/types";
import { Confirm } from "../../ui/Confirm";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { Submit } from "../../ui/Submit";
import { parseMoney, showMoney, writeMoney } from "../../ui/shop/money";
import { Trouble } from "../../ui/Trouble";
import { ChoosePayment } from "./ChoosePayment";
import type { RefundRequest, useRefund } from "./queries";

type Props = {
  payments: Payment[];
  /** As they were when the form was made: what changes meanwhile must not change what is asked for. */
  atFirst: Payment[];
  refund: ReturnType<typeof useRefund>;
};

export function RefundForm({ payments, atFirst, refund }: Props) {
  const [id, choose] = useState(mostUrgent(payments));
  const [wrong, setWrong] = useState<Problem | null>(null);
  const [asking, setAsking] = useState<RefundRequest | null>(null);
  const chosen = payments.find((payment) => payment.id === id);
  if (!chosen) return null;

  const left = atFirst.find((payment) => payment.id === id)?.refundable ?? chosen.refundable;
  const shown = wrong ?? refund.error;
  const aboutAmount = hasCode(shown, "refund_too_large")
    ? explain(shown)
    : fieldError(shown, "amount");

  const send = (value: (name: string) => string) => {
    const amount = parseMoney(value("amount"), chosen);
    if ("error" in amount) return setWrong(amountIs(amount.error));
    if (amount.minor === 0) return setWrong(amountIs(t`Write more than nothing.`));
    setWrong(null);
    setAsking({ payment: id, amount: amount.minor, restock: value("restock") === "on" });
  };
  const confirm = () => {
    if (asking && !refund.isPending) refund.mutate(asking, { onSettled: () => setAsking(null) });
  };

  return (
    <Form error={shown} onSend={send}>
      {shown != null && !aboutAmount && <Trouble error={shown} />}
      {payments.length > 1 && <ChoosePayment payments={payments} id={id} onChoose={choose} />}
      <Field
        key={id}
        label={t`Amount in ${chosen.currency}`}
        name="amount"
        inputMode="decimal"
        autoComplete="off"
        defaultValue={writeMoney(left, chosen)}
        hint={t`Up to ${showMoney(chosen.refundable, chosen)}, which is left of the payment.`}
        error={aboutAmount}
      />
      {chosen.disposition === "settles" ? (
        <label className="check">
          <Trans>
            <input type="checkbox" name="restock" />
            Put what was sold back on the shelf
          </Trans>
        </label>
      ) : (
        <p className="fine">
          {chosen.disposition === "late" ? (
            <Trans>This payment came too late. All of it ought to go back.</Trans>
          ) : (
            <Trans>This payment is needed by no order. All of it ought to go back.</Trans>
          )}
        </p>
      )}
      <Submit label={t`Send money back`} busyLabel={t`One moment…`} busy={refund.isPending} />
      {asking && (
        <Confirm
          title={t`Send ${showMoney(asking.amount, chosen)} back?`}
          action={t`Send it back`}
          busy={refund.isPending}
          onConfirm={confirm}
          onClose={() => setAsking(null)}
        >
          <p>
            <Trans>It goes back to the payer, and cannot be fetched back.</Trans>
          </p>
          {asking.restock && (
            <p>
              <Trans>What was sold goes back on the shelf.</Trans>
            </p>
          )}
        </Confirm>
      )}
    </Form>
  );
}

/** Money that no order needs should have gone back by itself, so it comes first. */
const mostUrgent = (payments: Payment[]) =>
  (payments.find(({ disposition }) => disposition !== "settles") ?? payments[0])?.id ?? "";

const amountIs = (message: string) =>
  new Problem(422, "invalid_input", "", [{ field: "amount", message }]);
