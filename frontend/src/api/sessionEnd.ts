import { type QueryClient, useQuery } from "@tanstack/react-query";
import { keys } from "./keys";
import type { User } from "./types";

/** What is done with the page of a user before it makes way for the sign-in page. */
export type BeforeEnd = (user: User) => void;

/** The shop knows no session of this browser any more. */
export function endSession(queries: QueryClient, beforeEnd: BeforeEnd): void {
  const user = queries.getQueryData<User | null>(keys.me);
  if (user) {
    beforeEnd(user);
    queries.setQueryData(keys.sessionEnded, true);
  }
  queries.setQueryData(keys.me, null);
}

/** Whether a session ended while this page was open, other than by signing out. */
export function useSessionEnded(): boolean {
  const { data = false } = useQuery<boolean>({
    queryKey: keys.sessionEnded,
    queryFn: () => false,
    enabled: false,
  });
  return data;
}
