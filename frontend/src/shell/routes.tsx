import { createRootRoute, createRoute } from "@tanstack/react-router";
import { SignedIn, StaffOnly } from "./Guard";
import { Shell } from "./Shell";

/** The routes that all others hang on: for every visitor, for users, for staff. */
export const root = createRootRoute({ component: Shell });

export const signedIn = createRoute({ getParentRoute: () => root, id: "in", component: SignedIn });

export const staffOnly = createRoute({
  getParentRoute: () => signedIn,
  id: "staff",
  component: StaffOnly,
});
