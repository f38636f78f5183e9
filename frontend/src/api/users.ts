import { queryOptions } from "@tanstack/react-query";
import { api, body } from "./client";
import { keys } from "./keys";

/** One user, for staff. */
export const userQuery = (id: number) =>
  queryOptions({
    queryKey: keys.user(id),
    queryFn: () => body(api.GET("/api/users/{user_id}", { params: { path: { user_id: id } } })),
  });
