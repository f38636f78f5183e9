import type { OrderLineRequest } from "../../api/types";
import { same } from "./lines";

/**
 * A basket as this browser stores it, for all of its tabs.
 *
 * `owner` null: filled before signing in. `kept`: what the shop kept with the owner's account when `lines` began to
 * differ from it; null until it was asked. `sent`: lines that were given to the shop, which has not answered yet.
 * `key`: the Idempotency-Key of the try to order just these lines, with this `note`.
 */
export type Basket = {
  owner: number | null;
  lines: OrderLineRequest[];
  kept: Kept | null;
  sent: OrderLineRequest[] | null;
  key: string;
  note: string;
};

/** A basket as the shop has it. `version` grows with each change, order and payment of it. */
export type Kept = { version: number; lines: OrderLineRequest[] };

export const EMPTY: Basket = {
  owner: null,
  lines: [],
  kept: null,
  sent: null,
  key: "",
  note: "",
};

/** Whether the shop keeps these lines with the owner's account too. */
export const isKept = ({ owner, lines, kept }: Basket) =>
  owner !== null && kept !== null && same(lines, kept.lines);

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
    const { lines, saved, ...rest } = JSON.parse(text);
    // `saved` is of an earlier release: then the account has the lines, and this browser need not bring them.
    return { ...EMPTY, ...rest, lines: saved ? [] : lines.filter(isLine) };
  } catch {
    return EMPTY;
  }
}

const isLine = ({ item_id, quantity }: OrderLineRequest) =>
  Number.isSafeInteger(item_id) && Number.isSafeInteger(quantity) && quantity > 0;
