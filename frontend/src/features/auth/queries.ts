import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import { meQuery, useSwitchUser } from "../../api/me";
import { askPasskey } from "../../api/passkeys";
import { Problem } from "../../api/problem";
import type { components } from "../../api/schema";
import type { User } from "../../api/types";

type Assertion = components["schemas"]["Assertion"];

export type Credentials = { username: string; password: string; code?: string };

const signIn = (credentials: Credentials) =>
  body<User>(api.POST("/api/session", { body: credentials }));

export function useSignIn() {
  return useMutation({ mutationFn: signIn, onSuccess: useSwitchUser() });
}

/** The password was right, and the account has a second factor. */
export const wantsCode = (error: unknown) =>
  error instanceof Problem && error.error === "second_factor_required";

export const passkeyChallenge = () => body(api.POST("/api/passkeys/challenge"));

/** With what a passkey has said already, or else by asking for one now. */
export function useSignInByPasskey() {
  return useMutation({
    mutationFn: async (shown: Assertion | null) => {
      const credential = shown ?? (await askPasskey(passkeyChallenge()));
      return body<User>(api.POST("/api/session/passkey", { body: { credential } }));
    },
    onSuccess: useSwitchUser(),
  });
}

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
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (token: string) => body(api.POST("/api/email/verify", { body: { token } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: meQuery.queryKey }),
  });
}
