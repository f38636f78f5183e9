import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import { keys } from "../../api/keys";
import type { ItemSearch } from "./search";

export const categoriesQuery = queryOptions({
  queryKey: keys.categories,
  queryFn: () => body(api.GET("/api/categories")),
  staleTime: 60_000,
});

export const PER_PAGE = 12;

export const itemsQuery = (search: ItemSearch, page: number) =>
  queryOptions({
    queryKey: keys.itemList({ ...search, page }),
    queryFn: () =>
      body(api.GET("/api/items", { params: { query: { ...search, page, per_page: PER_PAGE } } })),
    placeholderData: keepPreviousData,
  });
