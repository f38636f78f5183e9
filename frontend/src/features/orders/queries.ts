import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import { Problem } from "../../api/problem";
import type { Order } from "../../api/types";
import { isFinal } from "./status";
import { useIntent } from "./useIntent";

export const ordersQuery = (page: number, user?: number) =>
  queryOptions({
    queryKey: ["orders", "list", { page, user }],
    queryFn: () =>
      body(api.GET("/api/orders", { params: { query: { user_id: user, page, per_page: 20 } } })),
    placeholderData: keepPreviousData,
  });

/** Whose orders staff look at. */
export const buyerQuery = (id: number) =>
  queryOptions({
    queryKey: ["users", id],
    queryFn: () => body(api.GET("/api/users/{user_id}", { params: { path: { user_id: id } } })),
  });

/** Asks again while the order may still change by itself: often at first, then ever more rarely. */
export const orderQuery = (id: number) =>
  queryOptions({
    queryKey: ["orders", id],
    queryFn: () => body(api.GET("/api/orders/{order_id}", { params: { path: { order_id: id } } })),
    refetchInterval: ({ state }) =>
      state.data && isFinal(state.data.status) ? false : pollAfter(state.dataUpdateCount),
  });

export const pollAfter = (answers: number) => Math.min(1500 * 1.1 ** answers, 20_000);

/** Read anew whenever the order is another one than before. */
export const historyQuery = ({ id, status, refunded }: Order) =>
  queryOptions({
    queryKey: ["orders", id, "history", status, refunded],
    queryFn: () =>
      body(api.GET("/api/orders/{order_id}/history", { params: { path: { order_id: id } } })),
    placeholderData: keepPreviousData,
  });

/** An item as the shop has it now: what lies in a basket may have changed since. */
export const itemQuery = (id: number) =>
  queryOptions({
    queryKey: ["items", id],
    queryFn: () => body(api.GET("/api/items/{item_id}", { params: { path: { item_id: id } } })),
  });

/** An order moved: so did its to-do, and perhaps what is on the shelf. */
function useRefresh() {
  const queries = useQueryClient();
  return () =>
    Promise.all(
      ["orders", "todos", "items"].map((kind) => queries.invalidateQueries({ queryKey: [kind] })),
    );
}

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
    onSettled: useRefresh(),
  });
}

/** Asks where to pay, and goes there. Where the provider has not answered yet, the order has no address. */
export function useCheckOut({ id }: Order) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      body(api.POST("/api/orders/{order_id}/checkout", { params: { path: { order_id: id } } })),
    onSuccess: (order) => {
      queries.setQueryData(orderQuery(id).queryKey, order);
      if (order.checkout_url) location.assign(order.checkout_url);
    },
    onError: useRefresh(),
  });
}

export function useCancel({ id }: Order) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      body(api.POST("/api/orders/{order_id}/cancel", { params: { path: { order_id: id } } })),
    onSuccess: (order) => queries.setQueryData(orderQuery(id).queryKey, order),
    onSettled: useRefresh(),
  });
}

export type RefundWish = { payment: string; amount: number; restock: boolean };

/** Sends money back; once for each wish, however often it has to be tried. `onSent` gets the order as it is then. */
export function useRefund(order: Order, onSent: (order: Order) => void) {
  const { id } = order;
  const queries = useQueryClient();
  const refresh = useRefresh();
  const intent = useIntent<RefundWish>();
  return useMutation({
    mutationFn: (wish: RefundWish) =>
      body(
        api.POST("/api/orders/{order_id}/refunds", {
          params: { path: { order_id: id }, header: { "Idempotency-Key": intent.keyFor(wish) } },
          body: wish,
        }),
      ),
    onSuccess: async () => {
      intent.over();
      await refresh();
      onSent(queries.getQueryData(orderQuery(id).queryKey) ?? order);
    },
    onError: (error) => {
      if (!(error instanceof Problem && error.undecided)) intent.over();
      return refresh();
    },
  });
}
