import { msg } from "@lingui/core/macro";
import type { Words } from "../../language";
import { type Search, text } from "../../shell/search";

/** As the API has them, with what stands in the list. */
export const sortings = {
  name: msg`By name`,
  price: msg`Cheapest first`,
  "-price": msg`Dearest first`,
  newest: msg`Newest first`,
} satisfies Record<string, Words>;

export type Sorting = keyof typeof sortings;
export type ItemSearch = { q?: string; category?: string; sort?: Sorting };

export const isSorting = (value: unknown): value is Sorting =>
  typeof value === "string" && Object.hasOwn(sortings, value);

/** What of an address the catalogue understands. */
export const readSearch = (search: Search): ItemSearch => ({
  q: text(search.q),
  category: text(search.category),
  sort: isSorting(search.sort) && search.sort !== "name" ? search.sort : undefined,
});
