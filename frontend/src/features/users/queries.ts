import { keepPreviousData, queryOptions, useMutation } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import { useConfirmed } from "../../api/confirmation";
import { keys } from "../../api/keys";
import { useRefresh } from "../../api/refresh";
import type { NewUser, Role, User, UserChange } from "../../api/types";

export type UserSearch = { q?: string; role?: Role; page?: number };

export const usersQuery = ({ q, role, page = 1 }: UserSearch) =>
  queryOptions({
    queryKey: keys.userList({ q, role, page }),
    queryFn: () =>
      body(api.GET("/api/users", { params: { query: { q, role, page, per_page: 20 } } })),
    placeholderData: keepPreviousData,
  });

export const auditTrailQuery = (id: number, page: number) =>
  queryOptions({
    queryKey: keys.trail(id, page),
    queryFn: () =>
      body(
        api.GET("/api/users/{user_id}/trail", {
          params: { path: { user_id: id }, query: { page, per_page: 20 } },
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** Staff may change their own account too. */
const touched = [keys.users, keys.me];

export function useNewUser() {
  const confirmed = useConfirmed();
  return useMutation({
    mutationFn: (user: NewUser) => confirmed(() => body(api.POST("/api/users", { body: user }))),
    onSuccess: useRefresh(...touched),
  });
}

export function useChangeUser({ id }: User) {
  const confirmed = useConfirmed();
  const params = { path: { user_id: id } };
  return useMutation({
    mutationFn: (change: UserChange) =>
      confirmed(() => body(api.PATCH("/api/users/{user_id}", { params, body: change }))),
    onSettled: useRefresh(...touched),
  });
}

export function useEndSessions({ id }: User) {
  return useMutation({
    mutationFn: () =>
      body(api.DELETE("/api/users/{user_id}/sessions", { params: { path: { user_id: id } } })),
    onSettled: useRefresh(...touched),
  });
}

/** What the page shows of the user stays until it is left: the user is gone and cannot be read again. */
export function useDeleteUser({ id }: User) {
  const confirmed = useConfirmed();
  const params = { path: { user_id: id } };
  return useMutation({
    mutationFn: () => confirmed(() => body(api.DELETE("/api/users/{user_id}", { params }))),
    onSuccess: useRefresh(keys.userLists, keys.me),
  });
}
