import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { root } from "../../shell/routes";

export const basketPage = createRoute({
  getParentRoute: () => root,
  path: "/basket",
  component: lazyRouteComponent(() => import("./BasketPage"), "BasketPage"),
});
