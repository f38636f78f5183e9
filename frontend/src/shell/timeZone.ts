import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, body } from "../api/client";
import { keys } from "../api/keys";
import { useMe } from "../api/me";

const here = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Tells the shop once where the user who is signed in is: mails tell the time in that time zone. */
export function useTimeZone(): void {
  const me = useMe();
  const queries = useQueryClient();
  const id = me?.id;
  const isElsewhere = !!me && !!here && me.time_zone !== here;
  useEffect(() => {
    if (!id || !isElsewhere) return;
    // It outlives the page, which a purchase may leave at once. Where it fails, the next page tells it again.
    body(api.PATCH("/api/profile", { body: { time_zone: here }, keepalive: true })).then(
      (user) => queries.setQueryData(keys.me, user),
      () => {},
    );
  }, [id, isElsewhere, queries]);
}
