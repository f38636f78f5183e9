import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { keys } from "../../api/keys";
import { useMe } from "../../api/me";
import { hasCode, isUndecided, Problem } from "../../api/problem";
import { basketQuery, putBasket, readBasket } from "../../api/shop/basket";
import type { KeptBasket, NewOrder, OrderLineRequest } from "../../api/types";
import { useStoredBasket } from "./basket";
import { covers, merged, notOrdered, rebased, same } from "./lines";
import { type Basket, EMPTY, isKept, type Kept, parse, read, subscribe, write } from "./store";

const PATIENCE_MS = 3_000;

/**
 * Keeps a basket with the account of its user. Rendered once, on every page.
 *
 * The shop counts the versions of a basket, and takes a change only of the last one: what was ordered or paid in another
 * tab does not come back from one that has not heard of it.
 */
export function useKeptBasket(): void {
  const me = useMe();
  const basket = useStoredBasket();
  const queries = useQueryClient();
  const shown = useQuery({ ...basketQuery, enabled: !!me }).data;
  const { mutate } = useSaveBasket();

  useEffect(() => {
    if (me && shown) takeOver(me.id, shown);
  }, [me, shown]);

  const isMine = !!me && basket.owner === me.id;
  const isStale = isMine && !!shown && !!basket.kept && shown.version < basket.kept.version;
  useEffect(() => {
    if (isStale) void queries.invalidateQueries({ queryKey: keys.basket }); // another tab knows more
  }, [isStale, queries]);

  const { lines, kept } = basket;
  const unsaved = isMine && kept && !isKept(basket) && JSON.stringify([kept.version, lines]);
  useEffect(() => {
    if (unsaved) mutate();
  }, [unsaved, mutate]);
}

/** The shop's answer becomes the basket of this browser, unless that is changed: then it is given to the shop first. */
function takeOver(user: number, shop: Kept): void {
  const basket = parse(read());
  const { owner, lines, kept } = basket;
  if (owner !== null && owner !== user) replace(EMPTY, user, shop, shop.lines);
  else if (kept === null) replace(basket, user, shop, merged(shop.lines, lines));
  else if (isKept(basket) && shop.version > kept.version) replace(basket, user, shop, shop.lines);
}

/** Puts `lines` in the place of those of `basket`. A note and a key that were for other lines go with these. */
function replace(basket: Basket, owner: number, shop: Kept, lines: OrderLineRequest[]): void {
  const isFirst = basket.kept === null; // filled before signing in: the note stays whatever the account adds
  const { key, note } = isFirst || same(lines, basket.lines) ? basket : EMPTY;
  const kept = { version: shop.version, lines: shop.lines };
  write({ key, note, owner, lines, kept, sent: null });
}

/** Gives a basket to the shop to keep: one after the other, and again where no answer came. */
function useSaveBasket() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => save(queries),
    scope: { id: "basket" },
    retry: (failures, error) => failures < 5 && isUndecided(error),
  });
}

async function save(queries: QueryClient): Promise<void> {
  const before = parse(read());
  const { owner, lines, kept, sent: unanswered } = before;
  if (owner === null || kept === null || isKept(before)) return; // another tab was faster
  write({ ...before, sent: lines });
  try {
    await takeAnswer(queries, before, await putBasket(lines, kept.version), lines);
  } catch (error) {
    if (isUndecided(error)) throw error; // the shop may have taken these lines, or not: they stay in `sent`
    write({ ...parse(read()), sent: unanswered });
    if (!hasCode(error, "basket_changed")) throw error;
    // Lines that the shop may have taken earlier are not put in again: they may be paid since.
    await takeAnswer(queries, before, await readBasket(), unanswered ?? kept.lines);
  }
}

/** `shop` becomes the basket of this browser, with what was changed here since its lines were `base`. */
async function takeAnswer(
  queries: QueryClient,
  before: Basket,
  shop: KeptBasket,
  base: OrderLineRequest[],
): Promise<void> {
  await queries.cancelQueries({ queryKey: keys.basket }); // one under way would bring an older basket
  queries.setQueryData(basketQuery.queryKey, shop);
  const now = parse(read());
  const isOther = now.owner !== before.owner || now.kept?.version !== before.kept?.version;
  if (isOther || now.owner === null) return; // another tab took an answer meanwhile, or the user is gone
  replace(now, now.owner, shop, rebased(shop.lines, base, now.lines));
}

/** Ends once the shop keeps the basket; after a moment also where it does not, since an order needs no basket. */
function whenKept(): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const look = () => {
      if (isKept(parse(read()))) done();
    };
    const timer = setTimeout(done, PATIENCE_MS);
    const stop = subscribe(look);
    look();
  });
}

/** Orders from the basket that this page shows, and from no other: raises a Problem where there is none any more. */
export function useOrderOfBasket() {
  const queries = useQueryClient();
  return async (wish: NewOrder): Promise<NewOrder> => {
    await whenKept();
    const shop = queries.getQueryData(basketQuery.queryKey);
    if (!covers(notOrdered(parse(read()).lines, shop?.orders ?? []), wish.lines))
      throw new Problem(409, "basket_changed", "");
    return { ...wish, basket_version: shop?.version ?? null };
  };
}
