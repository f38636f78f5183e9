import { createMemoryHistory } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { vi } from "vitest";
import { App, createApp } from "../app";
import { noFactors, problemBody } from "./things";

/** What the API answers to one request; an Error is a connection that broke. */
type Answer = Response | Error;
type Answers = Record<string, (request: Request) => Answer | Promise<Answer>>;

export const json = (body: unknown, status = 200, headers: HeadersInit = {}) =>
  Response.json(body, { status, headers });

export const problem = (status: number, error: string, more: object = {}, headers?: HeadersInit) =>
  json(problemBody(status, error, more), status, headers);

export const torn = () => new TypeError("Failed to fetch");

/** One answer after the other; the last one stays. */
export function inTurn(...answers: Array<() => Answer>): () => Answer {
  return () => (answers.length > 1 ? answers.shift() : answers[0])?.() ?? torn();
}

/**
 * A shop behind `fetch`, keyed by method and path ("GET /api/items"). Nobody is signed in and
 * nothing is there, except for what the answers say. Gives back the requests that came.
 */
export function shop(answers: Answers): Request[] {
  const requests: Request[] = [];
  const all: Answers = {
    "GET /api/profile": () => problem(401, "sign_in_required"),
    "GET /api/providers": () => json([]),
    "GET /api/profile/factors": () => json(noFactors),
    "GET /api/shop": () => json({ currency: "EUR", currency_digits: 2, hold_minutes: 30 }),
    ...answers,
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

/** Opens the whole frontend at this path, as a browser would. */
export function open(path: string) {
  const kiosk = createApp(createMemoryHistory({ initialEntries: [path] }));
  kiosk.queries.setDefaultOptions({ queries: { retry: false } });
  render(<App {...kiosk} />);
  return {
    user: userEvent.setup(),
    path: () => kiosk.router.state.location.href,
  };
}

export const sent = (requests: Request[], call: string) =>
  requests.filter((request) => `${request.method} ${new URL(request.url).pathname}` === call);

/** The browser's own leaving of the page, which jsdom does not do. */
export function leaving() {
  const assign = vi.fn();
  const { origin, href } = window.location;
  vi.stubGlobal("location", { origin, href, assign });
  return assign;
}
