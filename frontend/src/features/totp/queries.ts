import { useMutation } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import { useConfirmed } from "../../api/confirmation";
import { useFactorChange } from "../../api/factors";

/** Gives the key of an app to set up; it does not count before useConfirmApp. */
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
