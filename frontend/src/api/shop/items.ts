import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../client";
import { keys } from "../keys";

/** An item as the shop has it now. */
export const itemQuery = (id: number) =>
  queryOptions({
    queryKey: keys.item(id),
    queryFn: () => body(api.GET("/api/items/{item_id}", { params: { path: { item_id: id } } })),
  });
