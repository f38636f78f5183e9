import { isStaff } from "../../api/me";
import type { User } from "../../api/types";

/** Marks a user who runs the shop, or who cannot sign in. */
export function UserMarks({ user }: { user: User }) {
  return (
    <>
      {!user.active && <span className="mark mark-over">Deactivated</span>}
      {isStaff(user) && <span className="mark mark-good">Staff</span>}
    </>
  );
}
