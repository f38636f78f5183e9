import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";

export const itemsQuery = (q: string, page: number) =>
  queryOptions({
    queryKey: ["items", "list", { q, page }],
    queryFn: () =>
      body(api.GET("/api/items", { params: { query: { q: q || undefined, page, per_page: 12 } } })),
    placeholderData: keepPreviousData,
  });

export const itemQuery = (id: number) =>
  queryOptions({
    queryKey: ["items", id],
    queryFn: () => body(api.GET("/api/items/{item_id}", { params: { path: { item_id: id } } })),
  });
