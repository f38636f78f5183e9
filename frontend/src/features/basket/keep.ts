import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { keys } from "../../api/keys";
import { useMe } from "../../api/me";
import { isUndecided } from "../../api/problem";
import { basketQuery, putBasket } from "../../api/shop/basket";
import type { OrderLineRequest } from "../../api/types";
import { useStoredBasket } from "./basket";
import { merged, same } from "./lines";
import { parse, read, subscribe, write } from "./store";

const PATIENCE_MS = 3_000;

/** Keeps a basket with the account of its user. Rendered once, on every page. */
export function useKeptBasket(): void {
  const me = useMe();
  const basket = useStoredBasket();
  const kept = useQuery({ ...basketQuery, enabled: !!me }).data;
  const { mutate } = useSaveBasket();

  useEffect(() => {
    if (!me || !kept) return;
    const { owner, lines, saved, ...rest } = parse(read());
    if (owner === me.id && !saved) return;
    const brought = owner === null ? merged(kept.lines, lines) : kept.lines;
    const isNew = !same(brought, kept.lines);
    if (owner === me.id && same(brought, lines)) return;
    const typed = owner === null || same(brought, lines) ? rest : { key: "", note: "" };
    write({ ...typed, owner: me.id, lines: brought, saved: !isNew });
  }, [me, kept]);

  const { owner, lines, saved } = basket;
  const isUnsaved = !!me && owner === me.id && !saved;
  useEffect(() => {
    if (isUnsaved) mutate(lines);
  }, [isUnsaved, lines, mutate]);
}

/** Gives a basket to the shop to keep: one after the other, and again where no answer came. */
function useSaveBasket() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: putBasket,
    scope: { id: "basket" },
    retry: (failures, error) => failures < 5 && isUndecided(error),
    onSuccess: async (kept, lines: OrderLineRequest[]) => {
      // What was asked before is not an answer any more.
      await queries.cancelQueries({ queryKey: keys.basket });
      queries.setQueryData(basketQuery.queryKey, kept);
      const basket = parse(read());
      if (same(basket.lines, lines)) write({ ...basket, saved: true });
    },
  });
}

/** Ends once the shop keeps the basket; after a moment also where it does not, since an order needs no basket. */
export function whenKept(): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const look = () => {
      const { owner, saved } = parse(read());
      if (owner !== null && saved) done();
    };
    const timer = setTimeout(done, PATIENCE_MS);
    const stop = subscribe(look);
    look();
  });
}
