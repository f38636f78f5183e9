import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import type { User } from "../../api/types";

/** On a user's page, for staff. */
export function OrdersOfUser({ user: { id, username } }: { user: User }) {
  return (
    <Link to="/orders" search={{ user: id }}>
      <Trans>Orders of {username}</Trans>
    </Link>
  );
}
