import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body } from "../../../api/client";
import { useConfirmed } from "../../../api/confirmation";
import type { NewUser, Role, User, UserChange } from "../../../api/types";

export type Wanted = { q?: string; role?: Role; page?: number };

export const usersQuery = ({ q, role, page = 1 }: Wanted) =>
  queryOptions({
    queryKey: ["users", "list", { q, role, page }],
    queryFn: () =>
      body(api.GET("/api/users", { params: { query: { q, role, page, per_page: 20 } } })),
    placeholderData: keepPreviousData,
  });

export const userQuery = (id: number) =>
  queryOptions({
    queryKey: ["users", id],
    queryFn: () => body(api.GET("/api/users/{user_id}", { params: { path: { user_id: id } } })),
  });

export const trailQuery = (id: number, page: number) =>
  queryOptions({
    queryKey: ["users", id, "trail", page],
    queryFn: () =>
      body(
        api.GET("/api/users/{user_id}/trail", {
          params: { path: { user_id: id }, query: { page, per_page: 20 } },
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** It may be oneself whom one changed. */
function useRefresh() {
  const queries = useQueryClient();
  return () =>
    Promise.all(["users", "me"].map((kind) => queries.invalidateQueries({ queryKey: [kind] })));
}

export function useNewUser() {
  const confirmed = useConfirmed();
  return useMutation({
    mutationFn: (user: NewUser) => confirmed(() => body(api.POST("/api/users", { body: user }))),
    onSuccess: useRefresh(),
  });
}

export function useChangeUser({ id }: User) {
  const confirmed = useConfirmed();
  const params = { path: { user_id: id } };
  return useMutation({
    mutationFn: (change: UserChange) =>
      confirmed(() => body(api.PATCH("/api/users/{user_id}", { params, body: change }))),
    onSettled: useRefresh(),
  });
}

export function useEndSessions({ id }: User) {
  return useMutation({
    mutationFn: () =>
      body(api.DELETE("/api/users/{user_id}/sessions", { params: { path: { user_id: id } } })),
    onSettled: useRefresh(),
  });
}

/** What the page shows of the user stays until it is left: there is nothing any more to read anew. */
export function useDeleteUser({ id }: User) {
  const queries = useQueryClient();
  const confirmed = useConfirmed();
  const params = { path: { user_id: id } };
  return useMutation({
    mutationFn: () => confirmed(() => body(api.DELETE("/api/users/{user_id}", { params }))),
    onSuccess: () =>
      Promise.all(
        [["users", "list"], ["me"]].map((queryKey) => queries.invalidateQueries({ queryKey })),
      ),
  });
}
