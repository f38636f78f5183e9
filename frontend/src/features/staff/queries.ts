import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body, versioned } from "../../api/client";

export type ItemInput = {
  name: string;
  description: string;
  price: number | null;
  on_hand: number | null;
  image_url: string | null;
};

export const stockQuery = (page: number) =>
  queryOptions({
    queryKey: ["items", "stock", page],
    queryFn: () =>
      body(api.GET("/api/items", { params: { query: { drafts: true, page, per_page: 50 } } })),
    placeholderData: keepPreviousData,
  });

/** An item with its ETag. Read afresh for each form and never in between: a form edits one version. */
export const versionQuery = (id: number) =>
  queryOptions({
    queryKey: ["items", "version", id],
    queryFn: () =>
      versioned(api.GET("/api/items/{item_id}", { params: { path: { item_id: id } } })),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });

export const findingsQuery = queryOptions({
  queryKey: ["findings"],
  queryFn: () => body(api.GET("/api/findings")),
});

export const closedFindingsQuery = queryOptions({
  queryKey: ["findings", "closed"],
  queryFn: () => body(api.GET("/api/findings/closed", { params: { query: { per_page: 50 } } })),
});

/** Also where it was not closed: then it has changed, and the list says how. */
export function useCloseFinding(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (reason: string) =>
      body(
        api.POST("/api/findings/{finding_id}/close", {
          params: { path: { finding_id: id } },
          body: { reason },
        }),
      ),
    onSettled: () =>
      Promise.all(
        ["findings", "orders", "items"].map((kind) =>
          queries.invalidateQueries({ queryKey: [kind] }),
        ),
      ),
  });
}

function useRefresh() {
  const queries = useQueryClient();
  return () =>
    queries.invalidateQueries({
      predicate: ({ queryKey }) => queryKey[0] === "items" && queryKey[1] !== "version",
    });
}

export function useNewItem() {
  return useMutation({
    mutationFn: (item: ItemInput) => body(api.POST("/api/items", { body: item })),
    onSuccess: useRefresh(),
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
    onSettled: useRefresh(),
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
    onSuccess: useRefresh(),
  });
}
