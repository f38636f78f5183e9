import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { staffOnly } from "../../shell/routes";
import { paged } from "../../shell/search";

export const stockPage = createRoute({
  getParentRoute: () => staffOnly,
  path: "/staff/items",
  validateSearch: paged,
  component: lazyRouteComponent(() => import("./Stock"), "Stock"),
});

export const newItemPage = createRoute({
  getParentRoute: () => staffOnly,
  path: "/staff/items/new",
  component: lazyRouteComponent(() => import("./NewItem"), "NewItem"),
});

export const editItemPage = createRoute({
  getParentRoute: () => staffOnly,
  path: "/staff/items/$id",
  component: lazyRouteComponent(() => import("./EditItem"), "EditItem"),
});
