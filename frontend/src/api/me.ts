import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body } from "./client";
import { Problem } from "./problem";
import type { User } from "./types";

/** Who is signed in at this browser; null for nobody. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async (): Promise<User | null> => {
    try {
      return await body(api.GET("/api/profile"));
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

export function useMe(): User | null | undefined {
  return useQuery(meQuery).data;
}

/** Somebody else sits at this browser from now on: nothing that was read for the last one stays. */
export function useSwitchUser() {
  const queries = useQueryClient();
  return (user: User | null) => {
    queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "me", type: "inactive" });
    queries.setQueryData(meQuery.queryKey, user);
    queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "me" });
  };
}
