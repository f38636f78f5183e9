import { vi } from "vitest";
import { noFactors } from "./accounts";
import { shop } from "./shop/goods"; // feature: shop

/** What the API answers to one request; an Error is a connection that broke. */
type Answer = Response | Error;
export type Answers = Record<string, (request: Request) => Answer | Promise<Answer>>;

export const json = (body: unknown, status = 200, headers: HeadersInit = {}) =>
  Response.json(body, { status, headers });

export const listOf = <T>(...items: T[]) => ({ items, total: items.length, page: 1, per_page: 20 });

export const problem = (status: number, error: string, more: object = {}, headers?: HeadersInit) =>
  json(
    { type: "about:blank", title: error, status, detail: error, error, ...more },
    status,
    headers,
  );

export const torn = () => new TypeError("Failed to fetch");

/** One answer after the other; the last one stays. */
export function inTurn(...answers: Array<() => Answer>): () => Answer {
  return () => (answers.length > 1 ? answers.shift() : answers[0])?.() ?? torn();
}

/** What an API without users and goods answers. */
const empty: Answers = {
  "GET /api/profile": () => problem(401, "sign_in_required"),
  "GET /api/providers": () => json([]),
  "GET /api/password/rule": () =>
    json({ min_length: 15, min_length_with_second_factor: 8, max_length: 256 }),
  "GET /api/profile/factors": () => json(noFactors),
  "GET /api/shop": () => json(shop), // feature: shop
  "GET /api/items": () => json(listOf()), // feature: shop
  "GET /api/categories": () => json([]), // feature: shop
};

/**
 * An API behind `fetch`, keyed by method and path ("GET /api/items"). No user is signed in and nothing is there, except
 * for what the answers say. Gives back the requests that came.
 */
export function fakeApi(answers: Answers = {}): Request[] {
  const requests: Request[] = [];
  const userOf = async (request: Request) => {
    const given = await all["GET /api/profile"]?.(request);
    if (!(given instanceof Response) || (!given.ok && given.status !== 401)) return given ?? torn();
    return json({ user: given.ok ? await given.json() : null });
  };
  const all: Answers = {
    ...empty,
    ...keptBasket(), // feature: shop
    ...answers,
    "GET /api/session/user": answers["GET /api/session/user"] ?? userOf,
  };
  vi.stubGlobal("fetch", async (request: Request) => {
    requests.push(request.clone());
    const answer = all[`${request.method} ${new URL(request.url).pathname}`];
    const given = answer ? await answer(request) : problem(404, "not_found");
    if (given instanceof Error) throw given;
    return given;
  });
  return requests;
}

// feature: shop {
/** An empty basket, which keeps what is put into it. */
function keptBasket(): Answers {
  let basket = { lines: [], version: 0 };
  const answer = () => json({ ...basket, orders: [] });
  const put = async (request: Request) => {
    const { lines, version } = await request.json();
    if (version !== basket.version) return problem(409, "basket_changed");
    basket = { lines, version: version + 1 };
    return answer();
  };
  return { "GET /api/basket": answer, "PUT /api/basket": put };
}
// }

export const sent = (requests: Request[], call: string) =>
  requests.filter((request) => `${request.method} ${new URL(request.url).pathname}` === call);
