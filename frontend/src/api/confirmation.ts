import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { createContext, use } from "react";
import { api, body } from "./client";
import { askPasskey } from "./passkeys";
import { Problem } from "./problem";
import type { components } from "./schema";

/** Until when sensitive changes are allowed, and how else one can confirm who one is. */
export const confirmationQuery = queryOptions({
  queryKey: ["confirmation"],
  queryFn: () => body(api.GET("/api/profile/confirm")),
});

/** Asks whoever sits there to confirm that it is them; whether they did. ConfirmIdentity knows how. */
export const Asking = createContext<() => Promise<boolean>>(async () => false);

/** `confirmed(action)` is what `action` gives, done again after a confirmation where it wants one. */
export function useConfirmed() {
  const ask = use(Asking);
  return async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      const wanted = error instanceof Problem && error.error === "confirmation_required";
      if (!wanted || !(await ask())) throw error;
      return action();
    }
  };
}

/** Another proof of who is there, which gives what GET /api/profile/confirm does. */
function useProof<V>(prove: (proof: V) => Promise<components["schemas"]["Confirmation"]>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: prove,
    onSuccess: (confirmation) => queries.setQueryData(confirmationQuery.queryKey, confirmation),
  });
}

export const useConfirmIdentity = () =>
  useProof((proof: { password: string; code: string | null }) =>
    body(api.POST("/api/profile/confirm", { body: proof })),
  );

export const useConfirmByPasskey = () =>
  useProof(async () => {
    const credential = await askPasskey(body(api.POST("/api/profile/confirm/challenge")));
    return body(api.POST("/api/profile/confirm/passkey", { body: { credential } }));
  });
