import type { Order } from "../../api/types";

type Words = { label: string; text: string; tone: "wait" | "good" | "over" };

const words: Record<string, Words> = {
  pending: { label: "Not paid yet", text: "This order is waiting for its payment.", tone: "wait" },
  processing: {
    label: "Payment under way",
    text: "The payment has been started and is on its way. With some ways to pay this takes days; there is nothing more to do.",
    tone: "wait",
  },
  paid: {
    label: "Paid",
    text: "Thank you! The payment has arrived, and the shop is getting your order ready.",
    tone: "good",
  },
  fulfilled: { label: "Handed over", text: "Paid and handed over. Enjoy!", tone: "good" },
  cancelling: {
    label: "Being cancelled",
    text: "This order is being cancelled. It is over as soon as the payment provider confirms that nobody can pay it any more.",
    tone: "over",
  },
  cancelled: {
    label: "Cancelled",
    text: "This order was cancelled. Nothing is owed for it.",
    tone: "over",
  },
};

const refunded: Words = {
  label: "Refunded",
  text: "All of the money went back, or is on its way.",
  tone: "over",
};

export function inWords(order: Order): Words {
  if (isRefunded(order)) return refunded;
  return words[order.status] ?? { label: order.status, text: "", tone: "wait" };
}

/** No payment and no time-out moves such an order any more. */
export const isFinal = (status: string): boolean =>
  status === "paid" || status === "fulfilled" || status === "cancelled";

export const isPaid = ({ status }: Order): boolean => status === "paid" || status === "fulfilled";

/** Whether all went back that paid it. A second payment that went back leaves it paid. */
export const isRefunded = (order: Order): boolean => isPaid(order) && order.refundable === 0;
