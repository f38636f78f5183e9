import { msg } from "@lingui/core/macro";
import type { Words } from "../../language";
import { paged, type Search, text } from "../../shell/search";

/** Which items: `only` as the API names it. */
export type StockSearch = { q?: string; only?: Only; page?: number };
export type Only = keyof typeof kinds;

export const kinds = {
  on_sale: msg`On sale`,
  drafts: msg`Drafts`,
  low: msg`Running out`,
  sold_out: msg`Sold out`,
} satisfies Record<string, Words>;

export const isKind = (value: unknown): value is Only =>
  typeof value === "string" && Object.hasOwn(kinds, value);

export const stockSearch = (search: Search): StockSearch => ({
  q: text(search.q),
  only: isKind(search.only) ? search.only : undefined,
  ...paged(search),
});
