import { createRoute } from "@tanstack/react-router";
import { lazyPage } from "../../shell/lazyPage";
import { root, staffOnly } from "../../shell/routes";
import { type Search, text } from "../../shell/search";

export const writtenPage = createRoute({
  getParentRoute: () => root,
  path: "/pages/$slug",
  component: lazyPage(() => import("./WrittenPage"), "WrittenPage"),
});

export const settingsPage = createRoute({
  getParentRoute: () => staffOnly,
  path: "/staff/shop",
  component: lazyPage(() => import("./Settings"), "Settings"),
});

/** `slug` and `title` are what a new page is suggested to have. */
export const writePage = createRoute({
  getParentRoute: () => staffOnly,
  path: "/staff/shop/page",
  validateSearch: (search: Search): { slug?: string; title?: string } => ({
    slug: text(search.slug),
    title: text(search.title),
  }),
  component: lazyPage(() => import("./WritePage"), "WritePage"),
});
