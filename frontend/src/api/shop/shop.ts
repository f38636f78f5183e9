import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../client";
import { keys } from "../keys";

/** What holds for the whole shop: its currency, and how long an order may wait for its payment. */
export const shopQuery = queryOptions({
  queryKey: keys.shop,
  queryFn: () => body(api.GET("/api/shop")),
  staleTime: Number.POSITIVE_INFINITY,
});
