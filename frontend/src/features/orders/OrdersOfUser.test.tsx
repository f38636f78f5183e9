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

test("staff read in the list who bought, and before a hand-over where it goes", async () => {
  const bought = {
    ...order,
    status: "paid" as const,
    refundable: order.total,
    buyer: { id: 1, username: "alice", name: null, email: "alice@example.org" },
    note: null,
    phone: "+49 30 1234567",
    shipping_address: null,
  };
  fakeApi({
    "GET /api/profile": () => json(sam),
    "GET /api/orders": () => json(listOf(bought)),
  });
  const { user } = open("/orders");

  const row = (await screen.findByRole("link", { name: "Order 1005" })).closest("li");
  expect(row?.textContent).toContain("alice · alice@example.org");

  await user.click(screen.getByRole("button", { name: "Hand over order 1005" }));
  const question = document.querySelector("dialog");
  expect(question?.textContent).toContain("For alice · alice@example.org");
  expect(question?.textContent).toContain("+49 30 1234567");
});
