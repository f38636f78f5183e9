import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { signedIn } from "../../shell/routes";
import { readSearch } from "./search";

export const ordersPage = createRoute({
  getParentRoute: () => signedIn,
  path: "/orders",
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import("./Orders"), "Orders"),
});

export const orderPage = createRoute({
  getParentRoute: () => signedIn,
  path: "/orders/$id",
  component: lazyRouteComponent(() => import("./OrderPage"), "OrderPage"),
});
