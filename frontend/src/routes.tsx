import { createRootRoute, createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { Role } from "./api/types";
import { Catalogue } from "./features/items/Catalogue";
import { ItemPage } from "./features/items/ItemPage";
import { Buy } from "./features/orders/Buy";
import { SignedIn, StaffOnly } from "./shell/Guard";
import { Shell } from "./shell/Shell";

type Search = Record<string, unknown>;

const text = (value: unknown) => (typeof value === "string" && value ? value : undefined);

const number = (value: unknown) =>
  Number.isInteger(Number(value)) ? Number(value) || undefined : undefined;

const role = (value: unknown) => (value === "customer" || value === "staff" ? value : undefined);

const paged = (search: Search): { page?: number } => {
  const page = Number(search.page);
  return { page: Number.isInteger(page) && page > 1 ? page : undefined };
};

const root = createRootRoute({ component: Shell });

const catalogue = createRoute({
  getParentRoute: () => root,
  path: "/",
  validateSearch: (search: Search): { q?: string; page?: number } => ({
    q: text(search.q),
    ...paged(search),
  }),
  component: () => <Catalogue buy={Buy} />,
});

const item = createRoute({
  getParentRoute: () => root,
  path: "/items/$id",
  component: () => <ItemPage buy={Buy} />,
});

const basket = createRoute({
  getParentRoute: () => root,
  path: "/basket",
  component: lazyRouteComponent(() => import("./features/orders/BasketPage"), "BasketPage"),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Search): { next?: string; error?: string } => ({
    next: text(search.next),
    error: text(search.error),
  }),
  component: lazyRouteComponent(() => import("./features/auth/SignIn"), "SignIn"),
});

const register = createRoute({
  getParentRoute: () => root,
  path: "/register",
  validateSearch: (search: Search): { next?: string } => ({ next: text(search.next) }),
  component: lazyRouteComponent(() => import("./features/auth/Register"), "Register"),
});

const resetPassword = createRoute({
  getParentRoute: () => root,
  path: "/reset-password",
  validateSearch: (search: Search): { token?: string } => ({ token: text(search.token) }),
  component: lazyRouteComponent(() => import("./features/auth/ResetPassword"), "ResetPassword"),
});

const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: "/forgot-password",
  component: lazyRouteComponent(() => import("./features/auth/ForgotPassword"), "ForgotPassword"),
});

const verifyEmail = createRoute({
  getParentRoute: () => root,
  path: "/verify-email",
  validateSearch: (search: Search): { token?: string } => ({ token: text(search.token) }),
  component: lazyRouteComponent(() => import("./features/auth/VerifyEmail"), "VerifyEmail"),
});

const signedIn = createRoute({ getParentRoute: () => root, id: "in", component: SignedIn });

const orders = createRoute({
  getParentRoute: () => signedIn,
  path: "/orders",
  validateSearch: (search: Search): { user?: number; page?: number } => ({
    user: number(search.user),
    ...paged(search),
  }),
  component: lazyRouteComponent(() => import("./features/orders/Orders"), "Orders"),
});

const order = createRoute({
  getParentRoute: () => signedIn,
  path: "/orders/$id",
  component: lazyRouteComponent(() => import("./features/orders/OrderPage"), "OrderPage"),
});

const todos = createRoute({
  getParentRoute: () => signedIn,
  path: "/todos",
  validateSearch: paged,
  component: lazyRouteComponent(() => import("./features/todos/Todos"), "Todos"),
});

const profile = createRoute({
  getParentRoute: () => signedIn,
  path: "/profile",
  validateSearch: (search: Search): { error?: string } => ({ error: text(search.error) }),
  component: lazyRouteComponent(() => import("./features/account/Profile"), "Profile"),
});

const staff = createRoute({ getParentRoute: () => signedIn, id: "staff", component: StaffOnly });

const staffItems = createRoute({
  getParentRoute: () => staff,
  path: "/staff/items",
  validateSearch: paged,
  component: lazyRouteComponent(() => import("./features/staff/StaffItems"), "StaffItems"),
});

const newItem = createRoute({
  getParentRoute: () => staff,
  path: "/staff/items/new",
  component: lazyRouteComponent(() => import("./features/staff/NewItem"), "NewItem"),
});

const editItem = createRoute({
  getParentRoute: () => staff,
  path: "/staff/items/$id",
  component: lazyRouteComponent(() => import("./features/staff/EditItem"), "EditItem"),
});

const findings = createRoute({
  getParentRoute: () => staff,
  path: "/staff/findings",
  component: lazyRouteComponent(() => import("./features/staff/Findings"), "Findings"),
});

const users = createRoute({
  getParentRoute: () => staff,
  path: "/staff/users",
  validateSearch: (search: Search): { q?: string; role?: Role; page?: number } => ({
    q: text(search.q),
    role: role(search.role),
    ...paged(search),
  }),
  component: lazyRouteComponent(() => import("./features/staff/users/Users"), "Users"),
});

const newUser = createRoute({
  getParentRoute: () => staff,
  path: "/staff/users/new",
  component: lazyRouteComponent(() => import("./features/staff/users/NewUser"), "NewUser"),
});

const user = createRoute({
  getParentRoute: () => staff,
  path: "/staff/users/$id",
  validateSearch: paged,
  component: lazyRouteComponent(() => import("./features/staff/users/UserPage"), "UserPage"),
});

export const routeTree = root.addChildren([
  catalogue,
  item,
  basket,
  signIn,
  register,
  resetPassword,
  forgotPassword,
  verifyEmail,
  signedIn.addChildren([
    orders,
    order,
    todos,
    profile,
    staff.addChildren([staffItems, newItem, editItem, findings, users, newUser, user]),
  ]),
]);
