import { createRoute } from "@tanstack/react-router";
import { root } from "../../shell/routes";
import { paged, type Search, text } from "../../shell/search";
import { Catalogue } from "./Catalogue";
import type { BuySlot } from "./ItemCard";
import { ItemPage } from "./ItemPage";

/** `buy` is what stands below each item, to order it. */
export const cataloguePage = (buy: BuySlot) =>
  createRoute({
    getParentRoute: () => root,
    path: "/",
    validateSearch: (search: Search): { q?: string; page?: number } => ({
      q: text(search.q),
      ...paged(search),
    }),
    component: () => <Catalogue buy={buy} />,
  });

export const itemPage = (buy: BuySlot) =>
  createRoute({
    getParentRoute: () => root,
    path: "/items/$id",
    component: () => <ItemPage buy={buy} />,
  });
