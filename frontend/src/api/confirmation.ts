import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { createContext, use } from "react";
import { api, body } from "./client";
import { keys } from "./keys";
import { hasCode } from "./problem";
import type { Confirmation } from "./types";

/** Until when sensitive changes are allowed, and by which means a user can confirm who they are. */
export const confirmationQuery = queryOptions({
  queryKey: keys.confirmation,
  queryFn: () => body(api.GET("/api/profile/confirm")),
});

/** Asks the user to confirm who they are; true once they did. shell/ConfirmIdentity.tsx provides it. */
export const AskToConfirm = createContext<() => Promise<boolean>>(async () => false);

/** `confirmed(action)` runs an action; where the API wants a confirmation first, it asks for it and runs it again. */
export function useConfirmed() {
  const ask = use(AskToConfirm);
  return async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      if (!hasCode(error, "confirmation_required") || !(await ask())) throw error;
      return action();
    }
  };
}

/** Confirms who the user is. `prove` sends one proof, and gives what GET /api/profile/confirm gives. */
export function useProof<V>(prove: (proof: V) => Promise<Confirmation>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: prove,
    onSuccess: (confirmation) => queries.setQueryData(confirmationQuery.queryKey, confirmation),
  });
}
