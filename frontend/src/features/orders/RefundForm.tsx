import { useState } from "react";
import { explain, fieldError, hasCode, Problem } from "../../api/problem";
import type { Payment } from "../../api/types";
import { Confirm } from "../../ui/Confirm";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { Submit } from "../../ui/Submit";
import { parseMoney, showMoney, writeMoney } from "../../ui/shop/money";
import { Trouble } from "../../ui/Trouble";
import { ChoosePayment, uses } from "./ChoosePayment";
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
    if (amount.minor === 0) return setWrong(amountIs("Write more than nothing."));
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
        label={`Amount in ${chosen.currency}`}
        name="amount"
        inputMode="decimal"
        autoComplete="off"
        defaultValue={writeMoney(left, chosen)}
        hint={`Up to ${showMoney(chosen.refundable, chosen)}, which is left of the payment.`}
        error={aboutAmount}
      />
      {chosen.disposition === "settles" ? (
        <label className="check">
          <input type="checkbox" name="restock" />
          Put what was sold back on the shelf
        </label>
      ) : (
        <p className="fine">This payment {uses[chosen.disposition]}. All of it ought to go back.</p>
      )}
      <Submit label="Send money back" busyLabel="One moment…" busy={refund.isPending} />
      {asking && (
        <Confirm
          title={`Send ${showMoney(asking.amount, chosen)} back?`}
          action="Send it back"
          busy={refund.isPending}
          onConfirm={confirm}
          onClose={() => setAsking(null)}
        >
          <p>It goes back to the payer, and cannot be fetched back.</p>
          {asking.restock && <p>What was sold goes back on the shelf.</p>}
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
