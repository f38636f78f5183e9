import { createRoute } from "@tanstack/react-router";
import { inLanguage } from "../../shell/inLanguage";
import { root } from "../../shell/routes";
import { paged, type Search } from "../../shell/search";
import { Catalogue } from "./Catalogue";
import type { BuySlot } from "./ItemCard";
import { ItemPage } from "./ItemPage";
import { type ItemSearch, readSearch } from "./search";

/** `buy` is what stands below each item, to order it. */
export const cataloguePage = (buy: BuySlot) =>
  createRoute({
    getParentRoute: () => root,
    path: "/",
    validateSearch: (search: Search): ItemSearch & { page?: number } => ({
      ...readSearch(search),
      ...paged(search),
    }),
    component: inLanguage(() => <Catalogue buy={buy} />),
  });

export const itemPage = (buy: BuySlot) =>
  createRoute({
    getParentRoute: () => root,
    path: "/items/$id",
    component: inLanguage(() => <ItemPage buy={buy} />),
  });
