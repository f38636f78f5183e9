import { msg } from "@lingui/core/macro";
import type { Order } from "../../api/types";
import { say, type Words } from "../../language";

type OrderStatus = Order["status"];

type State = {
  label: Words;
  text: Words;
  tone: "wait" | "good" | "over";
  /** No payment and no time-out moves the order any more. */
  final: boolean;
  paid: boolean;
};

const states: Record<OrderStatus, State> = {
  pending: {
    label: msg`Not paid yet`,
    text: msg`This order is waiting for its payment.`,
    tone: "wait",
    final: false,
    paid: false,
  },
  processing: {
    label: msg`Payment under way`,
    text: msg`The payment has been started and is on its way. With some ways to pay this takes days; there is nothing more to do.`,
    tone: "wait",
    final: false,
    paid: false,
  },
  paid: {
    label: msg`Paid`,
    text: msg`Thank you! The payment has arrived, and the shop is getting your order ready.`,
    tone: "good",
    final: true,
    paid: true,
  },
  fulfilled: {
    label: msg`Handed over`,
    text: msg`Paid and handed over. Enjoy!`,
    tone: "good",
    final: true,
    paid: true,
  },
  cancelling: {
    label: msg`Being cancelled`,
    text: msg`This order is being cancelled. It is over as soon as the payment provider confirms that it cannot be paid any more.`,
    tone: "over",
    final: false,
    paid: false,
  },
  cancelled: {
    label: msg`Cancelled`,
    text: msg`This order was cancelled. Nothing is owed for it.`,
    tone: "over",
    final: true,
    paid: false,
  },
};

const refunded = {
  label: msg`Refunded`,
  text: msg`All of the money went back, or is on its way.`,
  tone: "over",
} as const;

/** What each state is called. */
export const statusLabels: Record<string, Words> = Object.fromEntries(
  Object.entries(states).map(([status, { label }]) => [status, label]),
);

export const isStatus = (value: unknown): value is OrderStatus =>
  typeof value === "string" && Object.hasOwn(states, value);

/** A page that is older than the server may meet a status that it does not know. */
const stateOf = ({ status }: Order): State =>
  states[status] ?? {
    label: { id: status },
    text: { id: "" },
    tone: "wait",
    final: false,
    paid: false,
  };

export function describe(order: Order): { label: string; text: string; tone: State["tone"] } {
  const { label, text, tone } = isRefunded(order) ? refunded : stateOf(order);
  return { label: say(label), text: say(text), tone };
}

/** What staff, who are not its buyer, read of an order; where nothing is here, the same as its buyer. */
export const staffTexts: Partial<Record<OrderStatus, Words>> = {
  paid: msg`The payment has arrived: this is to be handed over.`,
  fulfilled: msg`Paid and handed over.`,
};

export const isFinal = (order: Order): boolean => stateOf(order).final;

export const isPaid = (order: Order): boolean => stateOf(order).paid;

/**
 * Whether all that paid the order went back. A second payment that went back leaves it paid, and so does an order for
 * which nothing was to be paid.
 */
export const isRefunded = (order: Order): boolean =>
  isPaid(order) && order.refundable === 0 && !isFree(order);

/** Whether a promotion code took all of it off: it is paid, and no money came. */
export const isFree = (order: Order): boolean => isPaid(order) && order.total === 0;
