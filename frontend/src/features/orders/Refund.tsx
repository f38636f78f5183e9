import { useEffect, useRef, useState } from "react";
import { useMe } from "../../api/me";
import { Problem, words } from "../../api/problem";
import type { Order } from "../../api/types";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { parseMoney, showMoney, writeMoney } from "../../ui/money";
import { Trouble } from "../../ui/Trouble";
import { useRefund } from "./queries";
import { isPaid } from "./status";

/** Staff send money back, all that is left or a part of it. */
export function Refund({ order }: { order: Order }) {
  const staff = useMe()?.role === "staff";
  // What was left when the form was made: what changes meanwhile must not change what is asked for.
  const [form, setForm] = useState({ times: 0, left: order.refundable });
  const answer = useRef<HTMLParagraphElement>(null);
  const refund = useRefund(order, (left) => setForm(({ times }) => ({ times: times + 1, left })));

  // The form that was sent is gone; what came of it takes the focus.
  useEffect(() => {
    if (form.times > 0) answer.current?.focus();
  }, [form]);

  if (!staff || !isPaid(order)) return null;

  const said = refund.data && inWords(refund.data, order);
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
      {order.refundable > 0 && (
        <details className="panel refund">
          <summary>Refund</summary>
          <RefundForm key={form.times} order={order} left={form.left} refund={refund} />
        </details>
      )}
    </>
  );
}

type Props = { order: Order; left: number; refund: ReturnType<typeof useRefund> };

function RefundForm({ order, left, refund }: Props) {
  const { currency, refundable } = order;
  const [wrong, setWrong] = useState<Problem | null>(null);
  const shown = wrong ?? refund.error;
  const about = shown instanceof Problem ? aboutAmount(shown) : undefined;

  const send = (value: (name: string) => string) => {
    const amount = parseMoney(value("amount"), order);
    if ("error" in amount) return setWrong(amountIs(amount.error));
    if (amount.minor === 0) return setWrong(amountIs("Write more than nothing."));
    setWrong(null);
    if (refund.isPending) return;
    refund.mutate({ amount: amount.minor, restock: value("restock") === "on" });
  };

  return (
    <Form error={shown} onSend={send}>
      {shown != null && !about && <Trouble error={shown} />}
      <Field
        label={`Amount in ${currency}`}
        name="amount"
        inputMode="decimal"
        autoComplete="off"
        defaultValue={writeMoney(left, order)}
        hint={`Up to ${showMoney(refundable, order)}, which is left of the payment.`}
        error={about}
      />
      <label className="check">
        <input type="checkbox" name="restock" />
        Put what was sold back on the shelf
      </label>
      <button type="submit" className="button" disabled={refund.isPending}>
        {refund.isPending ? "One moment…" : "Send money back"}
      </button>
    </Form>
  );
}

const amountIs = (message: string) =>
  new Problem(422, "invalid_input", "", [{ field: "amount", message }]);

const aboutAmount = (problem: Problem) =>
  problem.error === "refund_too_large" ? words(problem) : problem.about("amount");

function inWords({ amount, status }: { amount: number; status: string }, order: Order) {
  const money = showMoney(amount, order);
  return status === "succeeded" ? `${money} went back.` : `${money} is on its way back.`;
}
