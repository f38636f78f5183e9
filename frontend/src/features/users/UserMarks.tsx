import { Trans } from "@lingui/react/macro";
import { isStaff } from "../../api/me";
import type { User } from "../../api/types";

/** Marks a user who runs the shop, or who cannot sign in. */
export function UserMarks({ user }: { user: User }) {
  return (
    <>
      {!user.active && (
        <span className="mark mark-over">
          <Trans>Deactivated</Trans>
        </span>
      )}
      {isStaff(user) && (
        <span className="mark mark-good">
          <Trans>Staff</Trans>
        </span>
      )}
    </>
  );
}
