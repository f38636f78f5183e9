import { msg, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { keys } from "../../api/keys";
import { useMe } from "../../api/me";
import { useRefresh } from "../../api/refresh";
import { shopQuery } from "../../api/shop/shop";
import type { Order } from "../../api/types";
import { say } from "../../language";
import { When } from "../../ui/When";
import { CancelOrder } from "./CancelOrder";
import { HandOver } from "./HandOver";
import { PayNow } from "./PayNow";
import { StatusMark } from "./StatusMark";
import { describe, isRefunded, staffTexts } from "./status";

/** What state the order is in. A live region: a payment that arrives meanwhile is read out. */
export function OrderState({ order }: { order: Order }) {
  const region = useFocusOnChange(order.status);
  useFreshBasket(order.status);
  const waits = order.status === "pending";
  const me = useMe();
  const isBuyer = !order.buyer || order.buyer.id === me?.id;
  const forStaff = isBuyer || isRefunded(order) ? undefined : staffTexts[order.status];
  const text = forStaff ? say(forStaff) : describe(order).text;
  return (
    <div className="order-state">
      <div role="status" ref={region} tabIndex={-1}>
        <StatusMark order={order} />
        <p>{waits && !order.checkout_url ? say(notThereYet) : text}</p>
        {waits && <TimeToPay order={order} />}
      </div>
      <div className="actions">
        {waits && <PayNow order={order} />}
        <CancelOrder order={order} />
      </div>
      <HandOver order={order} />
    </div>
  );
}

/** Where a button is gone after what it did, the new state takes the focus. */
function useFocusOnChange(status: Order["status"]) {
  const region = useRef<HTMLDivElement>(null);
  const before = useRef(status);
  useEffect(() => {
    if (before.current !== status && document.activeElement === document.body)
      region.current?.focus();
    before.current = status;
  }, [status]);
  return region;
}

/** What was paid leaves the basket, and what was set aside may be there again. */
function useFreshBasket(status: Order["status"]) {
  const before = useRef(status);
  const refresh = useRefresh(keys.basket, keys.items);
  useEffect(() => {
    if (before.current !== status) void refresh();
    before.current = status;
  }, [status, refresh]);
}

const notThereYet = msg`The payment page is not there yet. This page goes on by itself, and “Pay now” asks once more.`;

function TimeToPay({ order }: { order: Order }) {
  const { data: shop } = useQuery(shopQuery);
  const due = Date.parse(order.created_at) + (shop?.hold_minutes ?? 0) * 60_000;
  const over = usePast(due);
  if (!shop) return null;
  return (
    <p className="fine">
      {over ? (
        t`The time to pay is over: if no payment has come, this order is cancelled.`
      ) : (
        <Trans>
          Pay by <When at={new Date(due).toISOString()} />, or this order is cancelled.
        </Trans>
      )}
    </p>
  );
}

/** Whether this moment is past; renders anew when it comes. */
function usePast(moment: number): boolean {
  const [now, setNow] = useState(Date.now);
  const left = moment - now;
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setNow(Date.now()), left);
    return () => clearTimeout(timer);
  }, [left]);
  return left <= 0;
}
