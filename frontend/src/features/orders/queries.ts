import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import { keys } from "../../api/keys";
import { isUndecided } from "../../api/problem";
import { useRefresh } from "../../api/refresh";
import { useIntent } from "../../api/shop/intent";
import type { Order } from "../../api/types";
import { asQuery, type OrderSearch } from "./search";
import { isFinal } from "./status";

export const ordersQuery = (search: OrderSearch) =>
  queryOptions({
    queryKey: keys.orderList(search),
    queryFn: () => {
      const query = { ...asQuery(search), page: search.page ?? 1, per_page: 20 };
      return body(api.GET("/api/orders", { params: { query } }));
    },
    placeholderData: keepPreviousData,
  });

/** Asks again while the order may still change by itself: often at first, then ever more rarely. */
export const orderQuery = (id: number) =>
  queryOptions({
    queryKey: keys.order(id),
    queryFn: () => body(api.GET("/api/orders/{order_id}", { params: { path: { order_id: id } } })),
    refetchInterval: ({ state }) =>
      state.data && isFinal(state.data) ? false : pollAfter(state.dataUpdateCount),
  });

const pollAfter = (answers: number) => Math.min(1500 * 1.1 ** answers, 20_000);

/** Read again whenever the order has changed. */
export const historyQuery = ({ id, status, refunded }: Order) =>
  queryOptions({
    queryKey: keys.history(id, status, refunded),
    queryFn: () =>
      body(api.GET("/api/orders/{order_id}/history", { params: { path: { order_id: id } } })),
    placeholderData: keepPreviousData,
  });

/** What may have changed where an order did. */
const touched = [
  keys.orders,
  keys.items,
  keys.basket,
  keys.todos, // feature: todos
];

export function useHandOver({ id }: Order) {
  return useMutation({
    mutationFn: (despiteDispute: boolean) =>
      body(
        api.POST("/api/orders/{order_id}/fulfil", {
          params: {
            path: { order_id: id },
            query: despiteDispute ? { despite_dispute: true } : {},
          },
        }),
      ),
    onSettled: useRefresh(...touched),
  });
}

export function useTakeBack({ id }: Order) {
  return useMutation({
    mutationFn: () =>
      body(api.POST("/api/orders/{order_id}/unfulfil", { params: { path: { order_id: id } } })),
    onSettled: useRefresh(...touched),
  });
}

/** Asks where to pay, and goes there. Where the provider has not answered yet, the order has no address. */
export function useCheckOut({ id }: Order) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      body(api.POST("/api/orders/{order_id}/checkout", { params: { path: { order_id: id } } })),
    onSuccess: (order) => {
      queries.setQueryData(keys.order(id), order);
      if (order.checkout_url) location.assign(order.checkout_url);
    },
    onError: useRefresh(...touched),
  });
}

export function useCancel({ id }: Order) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      body(api.POST("/api/orders/{order_id}/cancel", { params: { path: { order_id: id } } })),
    onSuccess: (order) => queries.setQueryData(keys.order(id), order),
    onSettled: useRefresh(...touched),
  });
}

export type RefundRequest = { payment: string; amount: number; restock: boolean };

/** Sends money back; once for each request, however often it is tried. `onSent` gets the order as it is then. */
export function useRefund(order: Order, onSent: (order: Order) => void) {
  const { id } = order;
  const queries = useQueryClient();
  const refresh = useRefresh(...touched);
  const intent = useIntent<RefundRequest>();
  return useMutation({
    mutationFn: (request: RefundRequest) =>
      body(
        api.POST("/api/orders/{order_id}/refunds", {
          params: { path: { order_id: id }, header: { "Idempotency-Key": intent.keyFor(request) } },
          body: request,
        }),
      ),
    onSuccess: async () => {
      intent.over();
      await refresh();
      onSent(queries.getQueryData(orderQuery(id).queryKey) ?? order);
    },
    onError: (error) => {
      if (!isUndecided(error)) intent.over();
      return refresh();
    },
  });
}
