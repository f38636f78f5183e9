import { createRoute } from "@tanstack/react-router";
import { lazyPage } from "../../shell/lazyPage";
import { root } from "../../shell/routes";

export const basketPage = createRoute({
  getParentRoute: () => root,
  path: "/basket",
  component: lazyPage(() => import("./BasketPage"), "BasketPage"),
});
