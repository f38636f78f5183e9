import { act, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { explain } from "../api/problem";
import { fakeApi } from "../test/fakeApi";
import { open } from "../test/open";

const network = (online: boolean) =>
  act(() => {
    vi.spyOn(navigator, "onLine", "get").mockReturnValue(online);
    window.dispatchEvent(new Event(online ? "online" : "offline"));
  });

test("a browser without a network is told so, until it has one", async () => {
  fakeApi();
  open("/sign-in");
  await screen.findByRole("heading", { name: "Sign in" });

  network(false);
  expect(screen.getByText(/You are offline/)).toBeTruthy();

  network(true);
  expect(screen.queryByText(/You are offline/)).toBeNull();
});

test.each([
  "Failed to fetch dynamically imported module: http://localhost/assets/Orders-x.js",
  "error loading dynamically imported module: http://localhost/assets/Orders-x.js",
  "Importing a module script failed.",
])("a page whose code does not come says so: %s", (message) => {
  expect(explain(new TypeError(message))).toMatch(/could not be loaded/);
});
