import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { signedIn } from "../../shell/routes";
import { number, paged, type Search } from "../../shell/search";

export const ordersPage = createRoute({
  getParentRoute: () => signedIn,
  path: "/orders",
  validateSearch: (search: Search): { user?: number; page?: number } => ({
    user: number(search.user),
    ...paged(search),
  }),
  component: lazyRouteComponent(() => import("./Orders"), "Orders"),
});

export const orderPage = createRoute({
  getParentRoute: () => signedIn,
  path: "/orders/$id",
  component: lazyRouteComponent(() => import("./OrderPage"), "OrderPage"),
});
