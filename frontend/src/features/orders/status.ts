type Words = { label: string; text: string; tone: "wait" | "good" | "over" };

const words: Record<string, Words> = {
  pending: { label: "Not paid yet", text: "This order is waiting for its payment.", tone: "wait" },
  processing: {
    label: "Payment under way",
    text: "The payment has been started and is on its way. This can take a while.",
    tone: "wait",
  },
  paid: {
    label: "Paid",
    text: "Thank you! The payment has arrived, and the shop is getting your order ready.",
    tone: "good",
  },
  fulfilled: { label: "Handed over", text: "Paid and handed over. Enjoy!", tone: "good" },
  cancelling: { label: "Being cancelled", text: "This order is being cancelled.", tone: "over" },
  cancelled: {
    label: "Cancelled",
    text: "This order was cancelled. Nothing is owed for it.",
    tone: "over",
  },
};

export const inWords = (status: string): Words =>
  words[status] ?? { label: status, text: "", tone: "wait" };

/** No payment and no time-out moves such an order any more. */
export const isFinal = (status: string): boolean =>
  status === "paid" || status === "fulfilled" || status === "cancelled";
