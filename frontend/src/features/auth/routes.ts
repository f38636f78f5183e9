import { createRoute, type RouteComponent } from "@tanstack/react-router";
import { lazyPage } from "../../shell/lazyPage";
import { root } from "../../shell/routes";
import { type Search, text } from "../../shell/search";

/** `component` puts the page together from the methods of several features. */
export const signInPage = (component: RouteComponent) =>
  createRoute({
    getParentRoute: () => root,
    path: "/sign-in",
    validateSearch: (search: Search): { next?: string; error?: string } => ({
      next: text(search.next),
      error: text(search.error),
    }),
    component,
  });

export const registerPage = createRoute({
  getParentRoute: () => root,
  path: "/register",
  validateSearch: (search: Search): { next?: string } => ({ next: text(search.next) }),
  component: lazyPage(() => import("./Register"), "Register"),
});

const withToken = (search: Search): { token?: string } => ({ token: text(search.token) });

export const resetPasswordPage = createRoute({
  getParentRoute: () => root,
  path: "/reset-password",
  validateSearch: withToken,
  component: lazyPage(() => import("./ResetPassword"), "ResetPassword"),
});

export const forgotPasswordPage = createRoute({
  getParentRoute: () => root,
  path: "/forgot-password",
  component: lazyPage(() => import("./ForgotPassword"), "ForgotPassword"),
});

export const verifyEmailPage = createRoute({
  getParentRoute: () => root,
  path: "/verify-email",
  validateSearch: withToken,
  component: lazyPage(() => import("./VerifyEmail"), "VerifyEmail"),
});
