import { useMemo, useSyncExternalStore } from "react";
import { useMe } from "../../api/me";
import { useWaitingOrders } from "../../api/shop/basket";
import type { Intent } from "../../api/shop/intent";
import type { NewOrder, OrderLineRequest } from "../../api/types";
import { count, notOrdered, ordered, withQuantity } from "./lines";
import { EMPTY, parse, read, subscribe, write } from "./store";

const NONE: OrderLineRequest[] = [];

export function useStoredBasket() {
  const text = useSyncExternalStore(subscribe, read);
  return useMemo(() => parse(text), [text]);
}

/**
 * What a user wants to order. A visitor's lies in this browser, and comes to that of the account at the next sign-in:
 * keep.ts keeps both the same. Another user at this browser does not see it.
 */
export function useBasket() {
  const me = useMe();
  const basket = useStoredBasket();
  const orders = useWaitingOrders();
  const mine = basket.owner === null || basket.owner === me?.id;
  const lines = mine ? basket.lines : NONE;

  const save = (lines: OrderLineRequest[]) =>
    write({ ...(mine ? basket : EMPTY), owner: me?.id ?? null, lines, key: "" });

  return {
    lines,
    /** What is still to be ordered; what waits to be paid is in `lines` too. */
    open: notOrdered(lines, orders),
    note: mine ? basket.note : "",
    count: (id: number) => count(lines, id),
    /** Sets how many of an item are still to be ordered. */
    set: (id: number, quantity: number) =>
      save(withQuantity(lines, id, quantity + ordered(orders, id))),
    /** What was typed for staff is kept over a sign-in or a reload. */
    write: (note: string) => note !== basket.note && write({ ...basket, note, key: "" }),
  };
}

/** The basket's own Idempotency-Key: it outlives a reload, and goes with the first change. */
export const basketIntent: Intent<NewOrder> = {
  keyFor({ note = "" }) {
    const basket = parse(read());
    const key = (basket.note === note && basket.key) || crypto.randomUUID();
    write({ ...basket, key, note });
    return key;
  },
  over() {
    write({ ...parse(read()), key: "" });
  },
};
