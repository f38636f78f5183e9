import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { fakeApi } from "../test/fakeApi";
import { open, VISITOR_START } from "../test/open";

test("an address without a page says so, and leads to the start page", async () => {
  fakeApi();
  const { user, path } = open("/nowhere");

  expect(await screen.findByRole("heading", { name: "Nothing here" })).toBeTruthy();
  await user.click(screen.getByRole("link", { name: /^To / }));

  await waitFor(() => expect(path()).toBe(VISITOR_START));
});
