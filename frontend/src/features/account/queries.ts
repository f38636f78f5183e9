import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import { confirmationQuery, useConfirmed } from "../../api/confirmation";
import { keys } from "../../api/keys";
import { useSwitchUser } from "../../api/me";
import { Problem } from "../../api/problem";
import { useRefresh } from "../../api/refresh";

export const sessionsQuery = queryOptions({
  queryKey: keys.sessions,
  queryFn: () => body(api.GET("/api/profile/sessions", { params: { query: { per_page: 100 } } })),
});

/** A change of the account, for which the API may want a confirmation first. */
function useChange<T, V>(change: (values: V) => Promise<T>) {
  const confirmed = useConfirmed();
  return useMutation({
    mutationFn: (values: V) => confirmed(() => change(values)),
    onSuccess: useRefresh(keys.me, keys.sessions, keys.confirmation),
  });
}

export const useSaveProfile = () =>
  useChange((profile: { name: string | null; email: string | null }) =>
    body(api.PATCH("/api/profile", { body: profile })),
  );

export function useAskToVerify() {
  return useMutation({
    mutationFn: () => body(api.POST("/api/profile/email/verification")),
  });
}

export const useChangePassword = () =>
  useChange((passwords: { current_password: string | null; new_password: string }) =>
    body(api.POST("/api/profile/password", { body: passwords })),
  );

export const useUnlink = (provider: string) =>
  useChange(() =>
    body(api.DELETE("/api/profile/identities/{provider}", { params: { path: { provider } } })),
  );

/** Asks what the server would ask, before the browser leaves for a provider. */
export function useLink() {
  const queries = useQueryClient();
  const confirmed = useConfirmed();
  const check = async () => {
    const { until } = await queries.fetchQuery({ ...confirmationQuery, staleTime: 0 });
    // Half a minute is left for getting there.
    if (!until || Date.parse(until) < Date.now() + 30_000)
      throw new Problem(403, "confirmation_required", "");
  };
  return useMutation({
    mutationFn: (address: string) => confirmed(check).then(() => address),
    onSuccess: (address) => location.assign(address),
  });
}

export const useEndSession = (id: string) =>
  useChange(() =>
    body(
      api.DELETE("/api/profile/sessions/{session_id}", { params: { path: { session_id: id } } }),
    ),
  );

export const useEndOthers = () => useChange(() => body(api.DELETE("/api/profile/sessions")));

export function useSignOut() {
  const switchUser = useSwitchUser();
  return useMutation({
    mutationFn: () => body(api.DELETE("/api/session")),
    onSuccess: () => switchUser(null),
  });
}

export function useCloseAccount() {
  const switchUser = useSwitchUser();
  const confirmed = useConfirmed();
  return useMutation({
    mutationFn: () => confirmed(() => body(api.DELETE("/api/profile"))),
    onSuccess: () => switchUser(null),
  });
}
