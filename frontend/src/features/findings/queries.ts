import { queryOptions, useMutation } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import { keys } from "../../api/keys";
import { useRefresh } from "../../api/refresh";

export const findingsQuery = queryOptions({
  queryKey: keys.findings,
  queryFn: () => body(api.GET("/api/findings")),
});

export const closedFindingsQuery = queryOptions({
  queryKey: keys.closedFindings,
  queryFn: () => body(api.GET("/api/findings/closed", { params: { query: { per_page: 50 } } })),
});

/** A finding that could not be closed has changed: the list is read again then too. */
export function useCloseFinding(id: string) {
  return useMutation({
    mutationFn: (reason: string) =>
      body(
        api.POST("/api/findings/{finding_id}/close", {
          params: { path: { finding_id: id } },
          body: { reason },
        }),
      ),
    onSettled: useRefresh(keys.findings, keys.orders, keys.items),
  });
}
