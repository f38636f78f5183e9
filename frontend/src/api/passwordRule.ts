import { queryOptions } from "@tanstack/react-query";
import { api, body } from "./client";
import { keys } from "./keys";

/** How long a password has to be. */
export const passwordRuleQuery = queryOptions({
  queryKey: keys.passwordRule,
  queryFn: () => body(api.GET("/api/password/rule")),
  staleTime: Number.POSITIVE_INFINITY,
});
