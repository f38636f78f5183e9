import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body } from "./client";
import { first } from "./first";
import { keys } from "./keys";
import { Problem } from "./problem";
import type { User } from "./types";

/** The user who is signed in at this browser, or null. */
export const meQuery = queryOptions({
  queryKey: keys.me,
  queryFn: async ({ client }): Promise<User | null> => {
    const { user } = await body(api.GET("/api/session/user"));
    const wasIn = !!client.getQueryData(keys.me);
    if (user || !wasIn) return user;
    throw new Problem(401, "sign_in_required", ""); // it is the end of a session for all who look at it
  },
  initialData: first.me,
  staleTime: 60_000,
});

export function useMe(): User | null | undefined {
  return useQuery(meQuery).data;
}

export const isStaff = (user: User | null | undefined) => user?.role === "staff";

export const useIsStaff = () => isStaff(useMe());

/** Another user is signed in from now on: nothing that was read for the last one stays. */
export function useSwitchUser() {
  const queries = useQueryClient();
  const isOther = ({ queryKey }: { queryKey: readonly unknown[] }) => queryKey[0] !== keys.me[0];
  return (user: User | null) => {
    queries.removeQueries({ queryKey: keys.sessionEnded, exact: true });
    queries.removeQueries({ predicate: isOther, type: "inactive" });
    queries.setQueryData(meQuery.queryKey, user);
    // What the page of a user who has left shows would be refused: the next page asks for what it needs.
    queries.invalidateQueries({ predicate: isOther, refetchType: user ? "active" : "none" });
  };
}
