import { type QueryKey, useQueryClient } from "@tanstack/react-query";

/** A function that has everything under these keys read again; it ends once what the page shows is there anew. */
export function useRefresh(...stale: readonly QueryKey[]) {
  const queries = useQueryClient();
  return () => Promise.all(stale.map((queryKey) => queries.invalidateQueries({ queryKey })));
}
