import { createRootRoute, createRoute } from "@tanstack/react-router";
import { SignedIn, StaffOnly } from "./Guard";
import { inLanguage } from "./inLanguage";
import { Shell } from "./Shell";

/** The routes that all others hang on: for every visitor, for users, for staff. */
export const root = createRootRoute({ component: inLanguage(Shell) });

export const signedIn = createRoute({
  getParentRoute: () => root,
  id: "in",
  component: inLanguage(SignedIn),
});

export const staffOnly = createRoute({
  getParentRoute: () => signedIn,
  id: "staff",
  component: inLanguage(StaffOnly),
});
