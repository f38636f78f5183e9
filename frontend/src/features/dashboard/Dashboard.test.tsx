import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { alice, sam } from "../../test/accounts";
import { fakeApi, json } from "../../test/fakeApi";
import { open } from "../../test/open";

const shop = {
  currency: "EUR",
  currency_digits: 2,
  time_zone: "Europe/Berlin",
  orders: { pending: 2, processing: 0, cancelling: 0, paid: 3, fulfilled: 7, cancelled: 1 },
  days: [
    { day: "2026-05-03", orders: 1, amount: 1850, refunded: 0 },
    { day: "2026-05-04", orders: 2, amount: 5000, refunded: 1000 },
  ],
  low_stock: [{ id: 7, name: "Mug", on_hand: 2, available: 0 }],
  needs: { hand_over: 3, findings: 1, mails: 0 },
  findings: [{ id: "f1", kind: "refund", subject: "re_1", words: "A refund failed.", order_id: 5 }],
};
const asStaff = { "GET /api/profile": () => json(sam) };

test("staff see what needs them, how orders stand, the money of each day, and what runs out", async () => {
  fakeApi({ ...asStaff, "GET /api/dashboard": () => json(shop) });
  open("/staff");

  const needs = within(await screen.findByRole("region", { name: "Needs you" }));
  const toOrders = needs.getByRole("link", { name: "3 paid orders to hand over" });
  expect(toOrders.getAttribute("href")).toBe("/orders?status=paid");
  expect(needs.getByText("A refund failed.")).toBeTruthy();

  const orders = within(screen.getByRole("region", { name: "Orders" }));
  expect(orders.getByRole("link", { name: "2 not paid yet" })).toBeTruthy();

  const money = within(screen.getByRole("region", { name: "Money by day" }));
  expect(money.getByText(/58[.,]50/)).toBeTruthy();
  const rows = money.getAllByRole("row", { hidden: true }).map((row) => row.textContent);
  expect(rows[0]).toMatch(/^Day \(Europe\/Berlin\)/);
  expect(rows[1]).toMatch(/4.*2.*50[.,]00.*10[.,]00/);

  const stock = within(screen.getByRole("region", { name: "Stock that runs out" }));
  expect(stock.getByRole("listitem").textContent).toContain("sold out");
});

test("a shop in which all is done says so", async () => {
  const done = { ...shop, needs: { hand_over: 0, findings: 0, mails: 0 }, findings: [] };
  fakeApi({ ...asStaff, "GET /api/dashboard": () => json({ ...done, low_stock: [] }) });
  open("/staff");

  expect(await screen.findByText("Nothing right now.")).toBeTruthy();
  expect(screen.getByText("There is enough of everything.")).toBeTruthy();
});

test("it is for staff alone", async () => {
  const requests = fakeApi({ "GET /api/profile": () => json(alice) });
  open("/staff");

  await screen.findByRole("heading", { name: "For staff" });
  expect(requests.some(({ url }) => url.endsWith("/api/dashboard"))).toBe(false);
});
