import { queryOptions } from "@tanstack/react-query";
import { api, body } from "./client";
import { keys } from "./keys";

/** Where users can sign in with an account they have; read again soon while one of them is down. */
export const providersQuery = queryOptions({
  queryKey: keys.providers,
  queryFn: () => body(api.GET("/api/providers")),
  staleTime: 300_000,
  refetchInterval: ({ state }) => (state.data?.some(isDown) ? 15_000 : false),
});

/** `available` is left out where the provider answers. */
export const isDown = ({ available }: { available?: boolean }) => available === false;

/** The address that leads to the provider and back to `next`. */
export function leadingTo(url: string, next: string): string {
  const target = new URL(url, location.origin);
  target.searchParams.set("next", next);
  return target.href;
}
