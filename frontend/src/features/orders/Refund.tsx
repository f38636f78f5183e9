import { useEffect, useId, useRef, useState } from "react";
import { useMe } from "../../api/me";
import { Problem, words } from "../../api/problem";
import type { components } from "../../api/schema";
import type { Order, Payment } from "../../api/types";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { parseMoney, showMoney, writeMoney } from "../../ui/money";
import { Trouble } from "../../ui/Trouble";
import { useRefund } from "./queries";

/** Staff send money back, all that is left of a payment or a part of it. */
export function Refund({ order }: { order: Order }) {
  const staff = useMe()?.role === "staff";
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
  const said = refund.data && inWords(refund.data);
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

/** The payments of which something can go back. */
const leftOf = ({ payments }: Order) => (payments ?? []).filter(({ refundable }) => refundable > 0);

type Props = {
  payments: Payment[];
  /** As they were when the form was made: what changes meanwhile must not change what is asked for. */
  atFirst: Payment[];
  refund: ReturnType<typeof useRefund>;
};

function RefundForm({ payments, atFirst, refund }: Props) {
  const [id, choose] = useState(mostUrgent(payments));
  const [wrong, setWrong] = useState<Problem | null>(null);
  const select = useId();
  const chosen = payments.find((payment) => payment.id === id);
  if (!chosen) return null;

  const { currency } = chosen;
  const left = atFirst.find((payment) => payment.id === id)?.refundable ?? chosen.refundable;
  const shown = wrong ?? refund.error;
  const about = shown instanceof Problem ? aboutAmount(shown) : undefined;

  const send = (value: (name: string) => string) => {
    const amount = parseMoney(value("amount"), chosen);
    if ("error" in amount) return setWrong(amountIs(amount.error));
    if (amount.minor === 0) return setWrong(amountIs("Write more than nothing."));
    setWrong(null);
    if (refund.isPending) return;
    refund.mutate({ payment: id, amount: amount.minor, restock: value("restock") === "on" });
  };

  return (
    <Form error={shown} onSend={send}>
      {shown != null && !about && <Trouble error={shown} />}
      {payments.length > 1 && (
        <div className="field">
          <label htmlFor={select}>Payment</label>
          <select id={select} value={id} onChange={(event) => choose(event.target.value)}>
            {payments.map((payment) => (
              <option key={payment.id} value={payment.id}>
                {showMoney(payment.amount, payment)}: {whatItIs[payment.disposition]}
              </option>
            ))}
          </select>
        </div>
      )}
      <Field
        key={id}
        label={`Amount in ${currency}`}
        name="amount"
        inputMode="decimal"
        autoComplete="off"
        defaultValue={writeMoney(left, chosen)}
        hint={`Up to ${showMoney(chosen.refundable, chosen)}, which is left of the payment.`}
        error={about}
      />
      {chosen.disposition === "settles" ? (
        <label className="check">
          <input type="checkbox" name="restock" />
          Put what was sold back on the shelf
        </label>
      ) : (
        <p className="fine">
          This payment {whatItIs[chosen.disposition]}. All of it ought to go back.
        </p>
      )}
      <button type="submit" className="button" disabled={refund.isPending}>
        {refund.isPending ? "One moment…" : "Send money back"}
      </button>
    </Form>
  );
}

/** Money that no order needs should have gone back by itself, so it comes first. */
const mostUrgent = (payments: Payment[]) =>
  (payments.find(({ disposition }) => disposition !== "settles") ?? payments[0])?.id ?? "";

const whatItIs: Record<string, string> = {
  settles: "paid the order",
  surplus: "is needed by no order",
  late: "came too late",
};

const amountIs = (message: string) =>
  new Problem(422, "invalid_input", "", [{ field: "amount", message }]);

const aboutAmount = (problem: Problem) =>
  problem.error === "refund_too_large" ? words(problem) : problem.about("amount");

function inWords(refund: components["schemas"]["RefundOut"]) {
  const { amount, status } = refund;
  const money = showMoney(amount, refund);
  return status === "succeeded" ? `${money} went back.` : `${money} is on its way back.`;
}
