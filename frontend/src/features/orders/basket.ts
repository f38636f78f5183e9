import { useEffect, useMemo, useSyncExternalStore } from "react";
import { useMe } from "../../api/me";
import type { Wanted } from "../../api/types";
import type { Intent } from "./useIntent";

/** As many of an item as one order takes where the stock sets no limit. */
export const MOST = 99;
/** As many lines as the API takes in one order. */
export const MOST_LINES = 50;

/** `owner` null: filled by nobody yet who is known. `key`: of the try to order just these lines. */
type Basket = { owner: number | null; lines: Wanted[]; key: string };

const SLOT = "kiosk.basket";
const EMPTY: Basket = { owner: null, lines: [], key: "" };
const NONE: Wanted[] = [];
const listeners = new Set<() => void>();
let unkept = "";

/** Kept for this tab, until it is closed; where the browser keeps nothing, until the page goes. */
function read(): string {
  try {
    return sessionStorage.getItem(SLOT) ?? "";
  } catch {
    return unkept;
  }
}

function write(basket: Basket): void {
  unkept = basket.lines.length > 0 ? JSON.stringify(basket) : "";
  try {
    sessionStorage.setItem(SLOT, unkept);
  } catch {
    // It is kept in `unkept` alone.
  }
  for (const tell of listeners) tell();
}

function subscribe(tell: () => void) {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

function parse(text: string): Basket {
  try {
    const { owner, lines, key } = JSON.parse(text);
    return { owner, lines: lines.filter(isLine), key };
  } catch {
    return EMPTY;
  }
}

const isLine = ({ item_id, quantity }: Wanted) =>
  Number.isSafeInteger(item_id) && Number.isSafeInteger(quantity) && quantity > 0;

/**
 * What this tab wants to order. It can be filled before signing in, and belongs to whoever signs in
 * then: the next one at this browser does not see it.
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

  const save = (lines: Wanted[]) => write({ owner: me?.id ?? null, lines, key: "" });
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
export const basketIntent: Intent<Wanted[]> = {
  keyFor() {
    const basket = parse(read());
    const key = basket.key || crypto.randomUUID();
    write({ ...basket, key });
    return key;
  },
  over() {
    write({ ...parse(read()), key: "" });
  },
};
