import { createRoute, type RouteComponent, redirect } from "@tanstack/react-router";
import { root, signedIn } from "../../shell/routes";
import { type Search, text } from "../../shell/search";

/** `component` puts the profile together from sections of several features. */
export const profilePage = (component: RouteComponent) =>
  createRoute({
    getParentRoute: () => signedIn,
    path: "/profile",
    validateSearch: (search: Search): { error?: string } => ({ error: text(search.error) }),
    component,
  });

/** The start page where there is none of its own. */
export const startAtProfile = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/profile" });
  },
});
