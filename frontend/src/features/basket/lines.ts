import type { OrderLineRequest, WaitingOrder } from "../../api/types";

/** As many of an item as one order takes where the stock sets no limit. */
export const MOST = 99;
/** As many lines as the API takes in one order. */
export const MOST_LINES = 50;

export const count = (lines: OrderLineRequest[], id: number) =>
  lines.find((line) => line.item_id === id)?.quantity ?? 0;

/** `lines` with this many of an item; with none of it where that is 0. */
export function withQuantity(lines: OrderLineRequest[], item_id: number, quantity: number) {
  if (quantity <= 0) return lines.filter((line) => line.item_id !== item_id);
  const line = { item_id, quantity };
  if (count(lines, item_id) === 0) return [...lines, line];
  return lines.map((each) => (each.item_id === item_id ? line : each));
}

/** What was put in before signing in comes to what was there: of each item as many as the larger of both says. */
export function merged(kept: OrderLineRequest[], added: OrderLineRequest[]): OrderLineRequest[] {
  return added
    .reduce(
      (lines, { item_id, quantity }) =>
        withQuantity(lines, item_id, Math.max(quantity, count(lines, item_id))),
      kept,
    )
    .slice(0, MOST_LINES);
}

/** `kept` with what was changed from `base` to `changed`: `kept` was changed elsewhere since it was `base`. */
export function rebased(
  kept: OrderLineRequest[],
  base: OrderLineRequest[],
  changed: OrderLineRequest[],
): OrderLineRequest[] {
  const ids = new Set([...base, ...changed].map((line) => line.item_id));
  return [...ids]
    .reduce((lines, id) => {
      const more = count(changed, id) - count(base, id);
      return more === 0 ? lines : withQuantity(lines, id, Math.min(count(lines, id) + more, MOST));
    }, kept)
    .slice(0, MOST_LINES);
}

/** How many of an item are in orders from the basket that wait to be paid. */
export const ordered = (orders: WaitingOrder[], id: number) =>
  orders
    .filter((order) => order.from_basket)
    .flatMap((order) => order.lines)
    .reduce((sum, line) => (line.item_id === id ? sum + line.quantity : sum), 0);

/** What of the basket was not ordered yet: what was ordered stays in it until it is paid. */
export const notOrdered = (lines: OrderLineRequest[], orders: WaitingOrder[]) =>
  lines
    .map((line) => ({ ...line, quantity: line.quantity - ordered(orders, line.item_id) }))
    .filter((line) => line.quantity > 0);

/** Whether `lines` have as many of each item as `wanted`, or more. */
export const covers = (lines: OrderLineRequest[], wanted: OrderLineRequest[]) =>
  wanted.every(({ item_id, quantity }) => count(lines, item_id) >= quantity);

export const same = (a: OrderLineRequest[], b: OrderLineRequest[]) =>
  JSON.stringify(a.map((line) => [line.item_id, line.quantity])) ===
  JSON.stringify(b.map((line) => [line.item_id, line.quantity]));
