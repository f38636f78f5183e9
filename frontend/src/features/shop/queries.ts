import { queryOptions, useMutation } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import { useConfirmed } from "../../api/confirmation";
import { keys } from "../../api/keys";
import { useRefresh } from "../../api/refresh";
import type { ShopChange } from "../../api/types";

export const pageQuery = (slug: string) =>
  queryOptions({
    queryKey: keys.page(slug),
    queryFn: () => body(api.GET("/api/pages/{slug}", { params: { path: { slug } } })),
  });

export function useChangeShop() {
  const confirmed = useConfirmed();
  return useMutation({
    mutationFn: (change: ShopChange) =>
      confirmed(() => body(api.PATCH("/api/shop", { body: change }))),
    onSuccess: useRefresh(keys.shop),
  });
}

export function useWritePage() {
  const confirmed = useConfirmed();
  return useMutation({
    mutationFn: ({ slug, ...page }: { slug: string; title: string; text: string }) =>
      confirmed(() =>
        body(api.PUT("/api/pages/{slug}", { params: { path: { slug } }, body: page })),
      ),
    onSuccess: useRefresh(keys.shop),
  });
}

export function useDeletePage(slug: string) {
  const confirmed = useConfirmed();
  return useMutation({
    mutationFn: () =>
      confirmed(() => body(api.DELETE("/api/pages/{slug}", { params: { path: { slug } } }))),
    onSuccess: useRefresh(keys.shop),
  });
}
