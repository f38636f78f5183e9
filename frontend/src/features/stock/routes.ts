import { createRoute } from "@tanstack/react-router";
import { lazyPage } from "../../shell/lazyPage";
import { staffOnly } from "../../shell/routes";
import { paged } from "../../shell/search";
import { stockSearch } from "./search";

export const stockPage = createRoute({
  getParentRoute: () => staffOnly,
  path: "/staff/items",
  validateSearch: stockSearch,
  component: lazyPage(() => import("./Stock"), "Stock"),
});

export const newItemPage = createRoute({
  getParentRoute: () => staffOnly,
  path: "/staff/items/new",
  component: lazyPage(() => import("./NewItem"), "NewItem"),
});

export const editItemPage = createRoute({
  getParentRoute: () => staffOnly,
  path: "/staff/items/$id",
  validateSearch: paged,
  component: lazyPage(() => import("./EditItem"), "EditItem"),
});
