import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import { confirmationQuery, useConfirmed } from "../../api/confirmation";
import { meQuery, useSwitchUser } from "../../api/me";
import { Problem } from "../../api/problem";

export const sessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: () => body(api.GET("/api/profile/sessions", { params: { query: { per_page: 100 } } })),
});

/** An action that shows in the account, and may ask first whether it is really them. */
function useChange<T, V>(change: (values: V) => Promise<T>) {
  const queries = useQueryClient();
  const confirmed = useConfirmed();
  return useMutation({
    mutationFn: (values: V) => confirmed(() => change(values)),
    onSuccess: () =>
      Promise.all(
        [meQuery, sessionsQuery, confirmationQuery].map(({ queryKey }) =>
          queries.invalidateQueries({ queryKey }),
        ),
      ),
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
