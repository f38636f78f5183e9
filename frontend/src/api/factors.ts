import { queryOptions, useMutation } from "@tanstack/react-query";
import { api, body } from "./client";
import { useConfirmed } from "./confirmation";
import { keys } from "./keys";
import { useRefresh } from "./refresh";

/** What a user has to sign in with beside a password. */
export const factorsQuery = queryOptions({
  queryKey: keys.factors,
  queryFn: () => body(api.GET("/api/profile/factors")),
});

export function useFactorChange<T, V>(change: (values: V) => Promise<T>) {
  const refresh = useRefresh(keys.factors, keys.confirmation);
  const confirmed = useConfirmed();
  return useMutation({
    mutationFn: (values: V) => confirmed(() => change(values)),
    // Not waited for: the caller has to hear the answer before the page looks another way.
    onSuccess: () => void refresh(),
    // Keys and codes are shown once: they do not stay in memory.
    gcTime: 0,
  });
}
