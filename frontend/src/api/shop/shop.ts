import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../client";
import { first } from "../first";
import { keys } from "../keys";

/** What holds for the whole shop: its name and colours, its currency, how long an order may wait for its payment. */
export const shopQuery = queryOptions({
  queryKey: keys.shop,
  queryFn: () => body(api.GET("/api/shop")),
  initialData: first.shop,
  staleTime: Number.POSITIVE_INFINITY,
});
