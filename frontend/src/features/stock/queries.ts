import { keepPreviousData, queryOptions, useMutation } from "@tanstack/react-query";
import { api, body, versioned } from "../../api/client";
import { keys } from "../../api/keys";
import { useRefresh } from "../../api/refresh";

export type ItemInput = {
  name: string;
  description: string;
  price: number | null;
  on_hand: number | null;
  image_url: string | null;
  category: string | null;
};

export const stockQuery = (page: number) =>
  queryOptions({
    queryKey: keys.itemList({ drafts: true, page }),
    queryFn: () =>
      body(api.GET("/api/items", { params: { query: { drafts: true, page, per_page: 50 } } })),
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

export function useChangeItem(id: number, etag: string) {
  return useMutation({
    mutationFn: (item: Partial<ItemInput>) =>
      body(
        api.PATCH("/api/items/{item_id}", {
          params: { path: { item_id: id }, header: { "If-Match": etag } },
          body: item,
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
