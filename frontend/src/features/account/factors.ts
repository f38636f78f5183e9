import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import { confirmationQuery, useConfirmed } from "../../api/confirmation";
import { makePasskey } from "../../api/passkeys";

export const factorsQuery = queryOptions({
  queryKey: ["factors"],
  queryFn: () => body(api.GET("/api/profile/factors")),
});

function useFactorChange<T, V>(change: (values: V) => Promise<T>) {
  const queries = useQueryClient();
  const confirmed = useConfirmed();
  return useMutation({
    mutationFn: (values: V) => confirmed(() => change(values)),
    // Not waited for: whoever asked has to hear the answer before the page looks another way.
    onSuccess: () => {
      for (const { queryKey } of [factorsQuery, confirmationQuery])
        void queries.invalidateQueries({ queryKey });
    },
    // Keys and codes are for whoever sees them now, not for whoever looks later.
    gcTime: 0,
  });
}

/** Changes nothing yet. */
export function useBeginApp() {
  const confirmed = useConfirmed();
  return useMutation({
    mutationFn: () => confirmed(() => body(api.POST("/api/profile/totp"))),
    gcTime: 0,
  });
}

export const useConfirmApp = () =>
  useFactorChange((code: string) => body(api.PUT("/api/profile/totp", { body: { code } })));

export const useRemoveApp = () =>
  useFactorChange((password: string | null) =>
    body(api.DELETE("/api/profile/totp", { body: { password } })),
  );

export const useRenewCodes = () =>
  useFactorChange(() => body(api.POST("/api/profile/recovery-codes")));

export const useAddPasskey = () => useFactorChange(makePasskey);

export const useRemovePasskey = (id: number) =>
  useFactorChange(() =>
    body(
      api.DELETE("/api/profile/passkeys/{passkey_id}", { params: { path: { passkey_id: id } } }),
    ),
  );
