import { createRoute } from "@tanstack/react-router";
import { lazyPage } from "../../shell/lazyPage";
import { signedIn } from "../../shell/routes";
import { readSearch } from "./search";

export const ordersPage = createRoute({
  getParentRoute: () => signedIn,
  path: "/orders",
  validateSearch: readSearch,
  component: lazyPage(() => import("./Orders"), "Orders"),
});

export const orderPage = createRoute({
  getParentRoute: () => signedIn,
  path: "/orders/$id",
  component: lazyPage(() => import("./OrderPage"), "OrderPage"),
});
