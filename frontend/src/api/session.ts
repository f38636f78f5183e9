import { useMutation } from "@tanstack/react-query";
import { api, body } from "./client";
import { useSwitchUser } from "./me";
import type { User } from "./types";

export type Credentials = { username: string; password: string; code?: string };

export const signIn = (credentials: Credentials) =>
  body<User>(api.POST("/api/session", { body: credentials }));

export function useSignIn() {
  return useMutation({ mutationFn: signIn, onSuccess: useSwitchUser() });
}
