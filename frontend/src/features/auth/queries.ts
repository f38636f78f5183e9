import { useMutation } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import { keys } from "../../api/keys";
import { useSwitchUser } from "../../api/me";
import { useRefresh } from "../../api/refresh";
import { type Credentials, signIn } from "../../api/session";
import type { User } from "../../api/types";

/** Registers and signs in. Null where the account is there, but signing in did not work out. */
export function useRegister() {
  const switchUser = useSwitchUser();
  return useMutation({
    mutationFn: async (account: Credentials & { email: string }): Promise<User | null> => {
      await body(api.POST("/api/register", { body: account }));
      const { username, password } = account;
      return signIn({ username, password }).catch(() => null);
    },
    onSuccess: (user) => user && switchUser(user),
  });
}

export function useResetPassword() {
  return useMutation({
    mutationFn: (reset: { token: string; password: string }) =>
      body(api.POST("/api/password/reset", { body: reset })),
  });
}

export function useForgotPassword() {
  return useMutation({
    mutationFn: (email: string) => body(api.POST("/api/password/forgot", { body: { email } })),
  });
}

export function useVerifyEmail() {
  return useMutation({
    mutationFn: (token: string) => body(api.POST("/api/email/verify", { body: { token } })),
    onSuccess: useRefresh(keys.me),
  });
}
