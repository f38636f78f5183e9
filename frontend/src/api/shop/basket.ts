import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, body } from "../client";
import { keys } from "../keys";
import { useMe } from "../me";
import type { OrderLineRequest, WaitingOrder } from "../types";

export const readBasket = () => body(api.GET("/api/basket"));

/** What the shop keeps of a user's basket, and their orders that wait to be paid. */
export const basketQuery = queryOptions({
  queryKey: keys.basket,
  queryFn: readBasket,
  staleTime: 5_000,
});

/** `version` is of the basket that was changed. */
export const putBasket = (lines: OrderLineRequest[], version: number) =>
  body(api.PUT("/api/basket", { body: { lines, version } }));

const NONE: WaitingOrder[] = [];

/** The orders of this user that wait to be paid; those that have this item, where one is given. */
export function useWaitingOrders(itemId?: number): WaitingOrder[] {
  const me = useMe();
  const { data } = useQuery({ ...basketQuery, enabled: !!me });
  const orders = (me && data?.orders) || NONE;
  return itemId === undefined ? orders : orders.filter((order) => held(order, itemId) > 0);
}

/** How many of an item are set aside for an order. */
export const held = (order: WaitingOrder, itemId: number) =>
  order.lines.reduce((sum, line) => (line.item_id === itemId ? sum + line.quantity : sum), 0);
