import { createMemoryHistory } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { vi } from "vitest";
import { App, createApp } from "../app";

/** Where "/" leads a user: the first of these. */
export const [START] = [
  "/", // feature: shop
  "/profile",
] as const;

/** Where it leads a visitor who is not signed in. */
export const [VISITOR_START] = [
  "/", // feature: shop
  "/sign-in?next=%2Fprofile",
] as const;

/** Opens the whole frontend at this path, as a browser would. */
export function open(path: string) {
  const kiosk = createApp(createMemoryHistory({ initialEntries: [path] }));
  kiosk.queries.setDefaultOptions({ queries: { retry: false } });
  render(<App {...kiosk} />);
  return {
    user: userEvent.setup(),
    queries: kiosk.queries,
    path: () => kiosk.router.state.location.href,
  };
}

/** Stands for the browser's way to leave the page, which jsdom does not have. */
export function leaving() {
  const assign = vi.fn();
  const { origin, href } = window.location;
  vi.stubGlobal("location", { origin, href, assign });
  return assign;
}
