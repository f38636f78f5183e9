import { queryOptions } from "@tanstack/react-query";
import { api, body } from "./client";

/** Where one can sign in with an account one has; looked at again soon while one is out of order. */
export const providersQuery = queryOptions({
  queryKey: ["providers"],
  queryFn: () => body(api.GET("/api/providers")),
  staleTime: 300_000,
  refetchInterval: ({ state }) => (state.data?.some(isDown) ? 15_000 : false),
});

/** Left out where it is well. */
export const isDown = ({ available }: { available?: boolean }) => available === false;

/** The address that leads to the provider and back to `next`. */
export function leadingTo(url: string, next: string): string {
  const target = new URL(url, location.origin);
  target.searchParams.set("next", next);
  return target.href;
}
