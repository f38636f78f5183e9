import type { User } from "../../../api/types";

/** What sets a user apart: that they run the shop, or cannot sign in. */
export function Standing({ user: { role, active } }: { user: User }) {
  return (
    <>
      {!active && <span className="mark mark-over">Deactivated</span>}
      {role === "staff" && <span className="mark mark-good">Staff</span>}
    </>
  );
}
