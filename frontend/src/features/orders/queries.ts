import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { Order } from "../../api/types";
import { isFinal } from "./status";

export const ordersQuery = (page: number) =>
  queryOptions({
    queryKey: ["orders", "list", page],
    queryFn: () => body(api.GET("/api/orders", { params: { query: { page, per_page: 20 } } })),
    placeholderData: keepPreviousData,
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

export function useHandOver(order: Order) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      body(api.POST("/api/orders/{order_id}/fulfil", { params: { path: { order_id: order.id } } })),
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ["orders"] }),
        queries.invalidateQueries({ queryKey: ["todos"] }),
      ]),
  });
}
