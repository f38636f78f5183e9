import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import { meQuery } from "../../api/me";
import { askPasskey } from "../../api/passkeys";
import { Problem } from "../../api/problem";
import type { components } from "../../api/schema";
import type { User } from "../../api/types";

type Assertion = components["schemas"]["Assertion"];

export type Credentials = { username: string; password: string; code?: string };

export const providersQuery = queryOptions({
  queryKey: ["providers"],
  queryFn: () => body(api.GET("/api/providers")),
  staleTime: 300_000,
});

/** Somebody else sits at this browser from now on: nothing that was read for the last one stays. */
function useSwitchUser() {
  const queries = useQueryClient();
  return (user: User | null) => {
    queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "me", type: "inactive" });
    queries.setQueryData(meQuery.queryKey, user);
    queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "me" });
  };
}

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

export function useSignOut() {
  const switchUser = useSwitchUser();
  return useMutation({
    mutationFn: () => body(api.DELETE("/api/session")),
    onSuccess: () => switchUser(null),
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

/** Once for each link, however often the page is drawn: it works only once. */
export function useVerifyEmail(token: string) {
  const queries = useQueryClient();
  return useQuery({
    queryKey: ["verify-email", token],
    queryFn: async () => {
      const done = await body(api.POST("/api/email/verify", { body: { token } }));
      await queries.invalidateQueries({ queryKey: meQuery.queryKey });
      return done;
    },
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });
}

export function useSaveProfile() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (profile: { name: string; email: string }) =>
      body(api.PATCH("/api/profile", { body: profile })),
    onSuccess: (user) => queries.setQueryData(meQuery.queryKey, user),
  });
}
