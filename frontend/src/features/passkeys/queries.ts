import { useMutation } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import { useFactorChange } from "../../api/factors";
import { useSwitchUser } from "../../api/me";
import type { PasskeyAnswer, User } from "../../api/types";
import { askPasskey, makePasskey } from "./device";

/** Adds a passkey under a name by which its owner knows it again. */
export const useAddPasskey = () =>
  useFactorChange(async (name: string) => {
    const challenge = await body(api.POST("/api/profile/passkeys/challenge"));
    const credential = await makePasskey(challenge);
    return body(api.POST("/api/profile/passkeys", { body: { name, credential } }));
  });

export const useRemovePasskey = (id: number) =>
  useFactorChange(() =>
    body(
      api.DELETE("/api/profile/passkeys/{passkey_id}", { params: { path: { passkey_id: id } } }),
    ),
  );

export const signInChallenge = () => body(api.POST("/api/passkeys/challenge"));

/** With the answer that a passkey has given already; with null a passkey is asked for now. */
export function useSignInByPasskey() {
  return useMutation({
    mutationFn: async (answer: PasskeyAnswer | null) => {
      const credential = answer ?? (await askPasskey(await signInChallenge()));
      return body<User>(api.POST("/api/session/passkey", { body: { credential } }));
    },
    onSuccess: useSwitchUser(),
  });
}
