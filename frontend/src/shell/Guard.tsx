import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Outlet, useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { meQuery, useIsStaff } from "../api/me";
import { Page } from "../ui/Page";
import { Skeleton } from "../ui/Skeleton";
import { Trouble } from "../ui/Trouble";
import { ConfirmIdentity } from "./ConfirmIdentity";

/** For pages of users. Sends other visitors to sign in first, and back here after. */
export function SignedIn() {
  const me = useQuery(meQuery);

  if (me.data)
    return (
      <ConfirmIdentity>
        <Outlet />
      </ConfirmIdentity>
    );
  if (me.data === null) return <ToSignIn />;
  return (
    <Page title={t`One moment`}>
      {me.error ? <Trouble error={me.error} retry={() => me.refetch()} /> : <Skeleton />}
    </Page>
  );
}

function ToSignIn() {
  const router = useRouter();
  // Once, and as it was: on the way there the address is the sign-in page's own.
  const [next] = useState(router.state.location.href);
  useEffect(() => {
    router.navigate({ to: "/sign-in", search: { next }, replace: true });
  }, [router, next]);
  return null;
}

export function StaffOnly() {
  if (useIsStaff()) return <Outlet />;
  return (
    <Page title={t`For staff`}>
      <p>
        <Trans>Only those who run the shop can see this page.</Trans>
      </p>
    </Page>
  );
}
