import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { held } from "../../api/shop/basket";
import type { WaitingOrder } from "../../api/types";
import { Section } from "../../ui/Section";

/** A user's orders that wait to be paid. */
export function Waiting({ orders }: { orders: WaitingOrder[] }) {
  return orders.map((order) => (
    <Section key={order.id} title={titleOf(order)}>
      <p>{order.lines.map((line) => `${line.quantity} × ${line.name}`).join(", ")}</p>
      <p>
        <ToOrder order={order} className="button" />
      </p>
    </Section>
  ));
}

/** Said of an item that is in such orders. */
export function WaitingOf({ itemId, orders }: { itemId: number; orders: WaitingOrder[] }) {
  return orders.map((order) => (
    <p key={order.id} className="in-basket">
      <Trans>
        {held(order, itemId)} set aside for your order {order.number}: <ToOrder order={order} />
      </Trans>
    </p>
  ));
}

function ToOrder({ order, className }: { order: WaitingOrder; className?: string }) {
  const isOpen = order.status === "pending";
  return (
    <Link to="/orders/$id" params={{ id: String(order.id) }} className={className}>
      {isOpen ? t`Pay or cancel` : t`See`}{" "}
      <span className="sr-only">
        <Trans>order {order.number}</Trans>
      </span>
    </Link>
  );
}

function titleOf({ number, status }: WaitingOrder): string {
  if (status === "pending") return t`Order ${number} waits for its payment`;
  if (status === "processing") return t`Order ${number} is being paid`;
  if (status === "cancelling") return t`Order ${number} is being cancelled`;
  return t`Order ${number}`;
}
