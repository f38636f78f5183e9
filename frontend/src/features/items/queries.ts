import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import { keys } from "../../api/keys";

export const itemsQuery = (q: string, page: number) =>
  queryOptions({
    queryKey: keys.itemList({ q, page }),
    queryFn: () =>
      body(api.GET("/api/items", { params: { query: { q: q || undefined, page, per_page: 12 } } })),
    placeholderData: keepPreviousData,
  });
