import { createRoute, type RouteComponent } from "@tanstack/react-router";
import type { Role } from "../../api/types";
import { lazyPage } from "../../shell/lazyPage";
import { staffOnly } from "../../shell/routes";
import { paged, type Search, text } from "../../shell/search";
import { isRole } from "./roles";

export const usersPage = createRoute({
  getParentRoute: () => staffOnly,
  path: "/staff/users",
  validateSearch: (search: Search): { q?: string; role?: Role; page?: number } => ({
    q: text(search.q),
    role: isRole(search.role) ? search.role : undefined,
    ...paged(search),
  }),
  component: lazyPage(() => import("./Users"), "Users"),
});

export const newUserPage = createRoute({
  getParentRoute: () => staffOnly,
  path: "/staff/users/new",
  component: lazyPage(() => import("./NewUser"), "NewUser"),
});

/** `component` fills the page with what other features know about a user. */
export const userPage = (component: RouteComponent) =>
  createRoute({
    getParentRoute: () => staffOnly,
    path: "/staff/users/$id",
    validateSearch: paged,
    component,
  });
