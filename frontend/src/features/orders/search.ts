import { msg } from "@lingui/core/macro";
import type { paths } from "../../api/schema";
import { language, type Words } from "../../language";
import { number, paged, type Search, text } from "../../shell/search";
import { isStatus } from "./status";

type Query = NonNullable<paths["/api/orders"]["get"]["parameters"]["query"]>;

export type OrderSearch = {
  user?: number;
  page?: number;
  q?: string;
  status?: Query["status"];
  from?: string;
  to?: string;
  sort?: Sorting;
};

export const sortings = {
  "-created_at": msg`Newest first`,
  created_at: msg`Oldest first`,
  "-total": msg`Dearest first`,
  total: msg`Cheapest first`,
} satisfies Record<string, Words>;

export type Sorting = keyof typeof sortings;

export const isSorting = (value: unknown): value is Sorting =>
  typeof value === "string" && Object.hasOwn(sortings, value);

const day = (value: unknown) =>
  typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) ? value : undefined;

/** Of an address, where anything may stand. */
export const readSearch = (search: Search): OrderSearch => ({
  user: number(search.user),
  q: text(search.q),
  status: isStatus(search.status) ? search.status : undefined,
  from: day(search.from),
  to: day(search.to),
  sort: isSorting(search.sort) ? search.sort : undefined,
  ...paged(search),
});

/** As the API has it: days are of the shop’s time zone. */
export const asQuery = ({ user, page, ...search }: OrderSearch): Query => ({
  ...search,
  user_id: user,
});

/** Where a table with the same orders comes from, for a spreadsheet of the reader’s language. */
export function tableAddress(search: OrderSearch): string {
  const asked = { ...asQuery(search), spreadsheet: language() };
  const given = Object.entries(asked).filter(([, value]) => value !== undefined);
  return `/api/orders.csv?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}
