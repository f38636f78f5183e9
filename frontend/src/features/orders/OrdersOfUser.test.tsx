import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { alice, sam } from "../../test/accounts";
import { fakeApi, json, listOf, sent } from "../../test/fakeApi";
import { open } from "../../test/open";
import { order } from "../../test/shop/goods";

test("staff look at the orders of one user", async () => {
  const requests = fakeApi({
    "GET /api/profile": () => json(sam),
    "GET /api/users/1": () => json(alice),
    "GET /api/users/1/trail": () => json(listOf()),
    "GET /api/orders": () => json(listOf(order)),
  });
  const { user, path } = open("/staff/users/1");

  await user.click(await screen.findByRole("link", { name: "Orders of alice" }));

  expect(await screen.findByRole("heading", { name: "Orders of alice" })).toBeTruthy();
  expect(await screen.findByRole("link", { name: "Order 1005" })).toBeTruthy();
  expect(path()).toBe("/orders?user=1");
  const [asked] = sent(requests, "GET /api/orders");
  expect(new URL(asked?.url ?? "").searchParams.get("user_id")).toBe("1");
});
