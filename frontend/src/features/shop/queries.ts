import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body, ifMatch, versioned } from "../../api/client";
import { useConfirmed } from "../../api/confirmation";
import { keys } from "../../api/keys";
import { useRefresh } from "../../api/refresh";
import type { ShopChange } from "../../api/types";

export const pageQuery = (slug: string) =>
  queryOptions({
    queryKey: keys.page(slug),
    queryFn: () => body(api.GET("/api/pages/{slug}", { params: { path: { slug } } })),
  });

/** The shop with its ETag. Read for each form and not again in between: a form edits one version. */
export const shopVersionQuery = queryOptions({
  queryKey: keys.shopVersion,
  queryFn: () => versioned(api.GET("/api/shop")),
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: 0,
});

/** The same of a page. */
export const pageVersionQuery = (slug: string) =>
  queryOptions({
    queryKey: keys.pageVersion(slug),
    queryFn: () => versioned(api.GET("/api/pages/{slug}", { params: { path: { slug } } })),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });

/** Without an ETag a change replaces what others have changed meanwhile. */
type Etag = { etag: string | undefined };

export function useChangeShop() {
  const confirmed = useConfirmed();
  const queries = useQueryClient();
  const refresh = useRefresh(keys.shop);
  return useMutation({
    mutationFn: ({ change, etag }: Etag & { change: ShopChange }) =>
      confirmed(() =>
        versioned(api.PATCH("/api/shop", { params: { header: ifMatch(etag) }, body: change })),
      ),
    onSuccess: (version) => {
      queries.setQueryData(keys.shopVersion, version);
      return refresh();
    },
  });
}

type PageChange = Etag & { slug: string; title: string; text: string; isNew: boolean };

/** One that is to be new replaces none. */
export function useWritePage() {
  const confirmed = useConfirmed();
  return useMutation({
    mutationFn: ({ slug, etag, isNew, ...page }: PageChange) => {
      const header = isNew ? { "If-None-Match": "*" } : ifMatch(etag);
      const params = { path: { slug }, header };
      return confirmed(() => body(api.PUT("/api/pages/{slug}", { params, body: page })));
    },
    onSuccess: useRefresh(keys.shop),
  });
}

export function useDeletePage(slug: string, etag: string) {
  const confirmed = useConfirmed();
  const params = { path: { slug }, header: ifMatch(etag) };
  return useMutation({
    mutationFn: () => confirmed(() => body(api.DELETE("/api/pages/{slug}", { params }))),
    onSuccess: useRefresh(keys.shop),
  });
}
