import { Link } from "@tanstack/react-router";
import { held } from "../../api/shop/basket";
import type { WaitingOrder } from "../../api/types";
import { Section } from "../../ui/Section";

/** A user's orders that wait to be paid. */
export function Waiting({ orders }: { orders: WaitingOrder[] }) {
  return orders.map((order) => (
    <Section key={order.id} title={`Order ${order.number} ${states[order.status] ?? ""}`}>
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
      {held(order, itemId)} set aside for your order {order.number}: <ToOrder order={order} />
    </p>
  ));
}

function ToOrder({ order, className }: { order: WaitingOrder; className?: string }) {
  const isOpen = order.status === "pending";
  return (
    <Link to="/orders/$id" params={{ id: String(order.id) }} className={className}>
      {isOpen ? "Pay or cancel" : "See"} <span className="sr-only">order {order.number}</span>
    </Link>
  );
}

const states: Partial<Record<WaitingOrder["status"], string>> = {
  pending: "waits for its payment",
  processing: "is being paid",
  cancelling: "is being cancelled",
};
