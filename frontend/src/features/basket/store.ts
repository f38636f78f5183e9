import type { OrderLineRequest } from "../../api/types";

/**
 * A basket as this browser stores it, for all of its tabs.
 *
 * `owner` null: filled before signing in. `saved`: the shop keeps these lines with the owner's account too. `key`: the
 * Idempotency-Key of the try to order just these lines, with this `note`.
 */
export type Basket = {
  owner: number | null;
  lines: OrderLineRequest[];
  saved: boolean;
  key: string;
  note: string;
};

export const EMPTY: Basket = { owner: null, lines: [], saved: false, key: "", note: "" };

const SLOT = "kiosk.basket";
const listeners = new Set<() => void>();
let unstored = "";

/** As text, which is the same as long as nothing changed. Where the browser stores nothing, until the page goes. */
export function read(): string {
  try {
    return localStorage.getItem(SLOT) ?? "";
  } catch {
    return unstored;
  }
}

export function write(basket: Basket): void {
  const isEmpty = basket.lines.length === 0 && basket.owner === null;
  unstored = isEmpty ? "" : JSON.stringify(basket);
  try {
    localStorage.setItem(SLOT, unstored);
  } catch {
    // It is held in `unstored` alone.
  }
  for (const listener of listeners) listener();
}

export function subscribe(listener: () => void) {
  listeners.add(listener);
  window.addEventListener("storage", listener); // another tab has changed it
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

export function parse(text: string): Basket {
  try {
    const { owner, lines, saved = false, key, note = "" } = JSON.parse(text);
    return { owner, lines: lines.filter(isLine), saved, key, note };
  } catch {
    return EMPTY;
  }
}

const isLine = ({ item_id, quantity }: OrderLineRequest) =>
  Number.isSafeInteger(item_id) && Number.isSafeInteger(quantity) && quantity > 0;
