import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import { keys } from "../../api/keys";

/** The shop at a glance; read again while it stands open on a screen. */
export const dashboardQuery = queryOptions({
  queryKey: keys.dashboard,
  queryFn: () => body(api.GET("/api/dashboard")),
  refetchInterval: 60_000,
});
