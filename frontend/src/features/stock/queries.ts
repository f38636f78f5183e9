import { keepPreviousData, queryOptions, useMutation } from "@tanstack/react-query";
import { api, body, ifMatch, versioned } from "../../api/client";
import { keys } from "../../api/keys";
import { useRefresh } from "../../api/refresh";
import type { StockSearch } from "./search";

export type ItemInput = {
  name: string;
  description: string;
  price: number | null;
  on_hand: number | null;
  image_url: string | null;
  category: string | null;
};

export const stockQuery = ({ page = 1, ...search }: StockSearch) => {
  const query = { drafts: true, ...search, page, per_page: 50 };
  return queryOptions({
    queryKey: keys.itemList(query),
    queryFn: () => body(api.GET("/api/items", { params: { query } })),
    placeholderData: keepPreviousData,
  });
};

/** What staff did to an item. */
export const changesQuery = (id: number, page: number) =>
  queryOptions({
    queryKey: keys.itemChanges(id, page),
    queryFn: () =>
      body(
        api.GET("/api/items/{item_id}/changes", {
          params: { path: { item_id: id }, query: { page, per_page: 10 } },
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** An item with its ETag. Read for each form and not again in between: a form edits one version. */
export const versionQuery = (id: number) =>
  queryOptions({
    queryKey: keys.itemVersion(id),
    queryFn: () =>
      versioned(api.GET("/api/items/{item_id}", { params: { path: { item_id: id } } })),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });

export function useNewItem() {
  return useMutation({
    mutationFn: (item: ItemInput) => body(api.POST("/api/items", { body: item })),
    onSuccess: useRefresh(keys.items),
  });
}

/** Without an ETag the change replaces what others have changed meanwhile. */
type Change = { change: Partial<ItemInput>; etag: string | undefined };

export function useChangeItem(id: number) {
  return useMutation({
    mutationFn: ({ change, etag }: Change) =>
      body(
        api.PATCH("/api/items/{item_id}", {
          params: { path: { item_id: id }, header: ifMatch(etag) },
          body: change,
        }),
      ),
    onSettled: useRefresh(keys.items),
  });
}

export function useDeleteItem(id: number) {
  return useMutation({
    mutationFn: (etag: string) =>
      body(
        api.DELETE("/api/items/{item_id}", {
          params: { path: { item_id: id }, header: { "If-Match": etag } },
        }),
      ),
    onSuccess: useRefresh(keys.items),
  });
}
