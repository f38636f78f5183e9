import type { NewOrder } from "../../api/types";

/** A purchase that waits until its buyer has signed in. It goes on at the `path` where it began. */
type Unfinished = { path: string; wish: NewOrder; since: number };

const SLOT = "kiosk.purchase";
const LASTS_MS = 20 * 60_000;

/** In this tab alone, since signing in may lead to a provider and back. */
export function keepPurchase(purchase: Unfinished): void {
  try {
    sessionStorage.setItem(SLOT, JSON.stringify(purchase));
  } catch {
    // Then the buyer has to press the button again.
  }
}

function kept(): Unfinished | null {
  try {
    return JSON.parse(sessionStorage.getItem(SLOT) ?? "null");
  } catch {
    return null;
  }
}

/** What was to be bought at `path`, if it is this one's to finish. It is given once, and not after a while. */
export function takePurchase(
  path: string,
  isMine: (wish: NewOrder) => boolean,
  now: number,
): NewOrder | null {
  const purchase = kept();
  if (!purchase || purchase.path !== path || !isMine(purchase.wish)) return null;
  sessionStorage.removeItem(SLOT);
  return now - purchase.since < LASTS_MS ? purchase.wish : null;
}

/** The visitor came back without signing in: they have thought better of it. */
export function dropPurchase(before: number): void {
  if ((kept()?.since ?? before) < before) sessionStorage.removeItem(SLOT);
}
