import { useEffect, useMemo, useSyncExternalStore } from "react";
import { useMe } from "../../api/me";
import type { Intent } from "../../api/shop/intent";
import type { NewOrder, OrderLineRequest } from "../../api/types";

/** As many of an item as one order takes where the stock sets no limit. */
export const MOST = 99;
/** As many lines as the API takes in one order. */
export const MOST_LINES = 50;

/**
 * `owner` null: filled before signing in. `key`: the Idempotency-Key of the try to order just these lines, with this
 * `note`.
 */
type Basket = { owner: number | null; lines: OrderLineRequest[]; key: string; note?: string };

const SLOT = "kiosk.basket";
const EMPTY: Basket = { owner: null, lines: [], key: "" };
const NONE: OrderLineRequest[] = [];
const listeners = new Set<() => void>();
let unstored = "";

/** Stored in the browser, for all of its tabs; where it stores nothing, until the page goes. */
function read(): string {
  try {
    return localStorage.getItem(SLOT) ?? "";
  } catch {
    return unstored;
  }
}

function write(basket: Basket): void {
  unstored = basket.lines.length > 0 ? JSON.stringify(basket) : "";
  try {
    localStorage.setItem(SLOT, unstored);
  } catch {
    // It is held in `unstored` alone.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  window.addEventListener("storage", listener); // another tab has changed it
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

function parse(text: string): Basket {
  try {
    const { owner, lines, key, note } = JSON.parse(text);
    return { owner, lines: lines.filter(isLine), key, note };
  } catch {
    return EMPTY;
  }
}

const isLine = ({ item_id, quantity }: OrderLineRequest) =>
  Number.isSafeInteger(item_id) && Number.isSafeInteger(quantity) && quantity > 0;

/**
 * What this browser wants to order. It can be filled before signing in, and belongs to the user who signs in then:
 * another user at this browser does not see it.
 */
export function useBasket() {
  const me = useMe();
  const text = useSyncExternalStore(subscribe, read);
  const basket = useMemo(() => parse(text), [text]);
  const mine = basket.owner === null || basket.owner === me?.id;
  const lines = mine ? basket.lines : NONE;

  useEffect(() => {
    if (me && basket.owner === null && basket.lines.length > 0) write({ ...basket, owner: me.id });
  }, [me, basket]);

  const save = (lines: OrderLineRequest[]) => write({ owner: me?.id ?? null, lines, key: "" });
  const count = (id: number) => lines.find((line) => line.item_id === id)?.quantity ?? 0;

  return {
    lines,
    count,
    set(id: number, quantity: number) {
      const line = { item_id: id, quantity };
      const there = count(id) > 0;
      save(there ? lines.map((each) => (each.item_id === id ? line : each)) : [...lines, line]);
    },
    remove: (id: number) => save(lines.filter((line) => line.item_id !== id)),
    clear: () => write(EMPTY),
  };
}

/** The basket's own Idempotency-Key: it outlives a reload, and goes with the first change. */
export const basketIntent: Intent<NewOrder> = {
  keyFor({ note }) {
    const basket = parse(read());
    const key = (basket.note === note && basket.key) || crypto.randomUUID();
    write({ ...basket, key, note });
    return key;
  },
  over() {
    write({ ...parse(read()), key: "" });
  },
};
