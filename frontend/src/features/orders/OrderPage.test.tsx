import { act, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { alice, sam } from "../../test/accounts";
import { fakeApi, inTurn, json, listOf, problem, sent } from "../../test/fakeApi";
import { open } from "../../test/open";
import { order, shop } from "../../test/shop/goods";

const read = "GET /api/orders/5";
const paid = {
  ...order,
  status: "paid" as const,
  checkout_url: null,
  paid_at: order.created_at,
  refundable: order.total,
};
const signedIn = { "GET /api/profile": () => json(alice) };

const pass = (seconds: number) => act(() => vi.advanceTimersByTimeAsync(seconds * 1000));

afterEach(() => {
  vi.useRealTimers();
});

test("a pending order is asked about until it is paid, and then left alone", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const requests = fakeApi({
    ...signedIn,
    [read]: inTurn(
      () => json({ ...order, checkout_url: null }),
      () => json(order),
      () => json(paid),
    ),
  });
  open("/orders/5");

  await screen.findByText(/payment page is not there yet/);
  await pass(2);
  expect(screen.getByRole("link", { name: "Pay now" }).getAttribute("href")).toBe(
    order.checkout_url,
  );
  await pass(3);
  expect(screen.getByText(/payment has arrived/)).toBeTruthy();
  expect(screen.queryByRole("link", { name: "Pay now" })).toBeNull();
  const asked = sent(requests, read).length;
  await pass(300);

  expect(sent(requests, read)).toHaveLength(asked);
});

test.each(["paid", "fulfilled", "cancelled"] as const)(
  "%s is final: no polling",
  async (status) => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const requests = fakeApi({ ...signedIn, [read]: () => json({ ...paid, status }) });
    open("/orders/5");

    await screen.findByRole("heading", { name: "Order 1005" });
    await pass(120);

    expect(sent(requests, read)).toHaveLength(1);
  },
);

test.each(["pending", "processing", "cancelling"] as const)(
  "%s may still change: it is asked about again, ever more rarely",
  async (status) => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const requests = fakeApi({ ...signedIn, [read]: () => json({ ...order, status }) });
    open("/orders/5");

    await screen.findByRole("heading", { name: "Order 1005" });
    await pass(30);
    const soon = sent(requests, read).length;
    await pass(600);
    const before = sent(requests, read).length;
    await pass(30);

    expect(soon).toBeGreaterThan(5);
    expect(sent(requests, read).length - before).toBeLessThan(soon);
    expect(sent(requests, read).length - before).toBeGreaterThan(0);
  },
);

test("an order of another user is not there", async () => {
  fakeApi({ ...signedIn, [read]: () => problem(404, "not_found") });
  open("/orders/5");

  expect(await screen.findByRole("heading", { name: "No such order" })).toBeTruthy();
});

test("a visitor signs in first and comes back to the order", async () => {
  fakeApi({});
  const { path } = open("/orders/5");

  await screen.findByRole("heading", { name: "Sign in" });

  expect(path()).toBe("/sign-in?next=%2Forders%2F5");
});

const handedOver = () => screen.getByRole("button", { name: "It is handed over", hidden: true });

test("staff hand over a paid order", async () => {
  const requests = fakeApi({
    "GET /api/profile": () => json(sam),
    "GET /api/orders": inTurn(
      () => json(listOf(paid)),
      () => json(listOf({ ...paid, status: "fulfilled" })),
    ),
    "POST /api/orders/5/fulfil": () => json({ ...paid, status: "fulfilled" }),
  });
  const { user } = open("/orders");

  await user.click(await screen.findByRole("button", { name: "Hand over order 1005" }));
  expect(sent(requests, "POST /api/orders/5/fulfil")).toHaveLength(0);
  await user.click(handedOver());

  await screen.findByRole("button", { name: /Take the hand-over back/ });
  expect(sent(requests, "POST /api/orders/5/fulfil")).toHaveLength(1);
  expect(screen.queryByRole("button", { name: /Hand over/ })).toBeNull();
});

test("a disputed order is handed over only by those who say so", async () => {
  const requests = fakeApi({
    "GET /api/profile": () => json(sam),
    "GET /api/orders": inTurn(
      () => json(listOf(paid)),
      () => json(listOf(paid)),
      () => json(listOf({ ...paid, status: "fulfilled" })),
    ),
    "POST /api/orders/5/fulfil": ({ url }) =>
      url.endsWith("?despite_dispute=true")
        ? json({ ...paid, status: "fulfilled" })
        : problem(409, "order_disputed"),
  });
  const { user } = open("/orders");

  await user.click(await screen.findByRole("button", { name: "Hand over order 1005" }));
  await user.click(handedOver());
  await user.click(
    await screen.findByRole("button", { name: "Hand it over all the same", hidden: true }),
  );

  await screen.findByRole("button", { name: /Take the hand-over back/ });
  expect(sent(requests, "POST /api/orders/5/fulfil")).toHaveLength(2);
});

test("staff take a hand-over back, after they were asked", async () => {
  const requests = fakeApi({
    "GET /api/profile": () => json(sam),
    "GET /api/orders": inTurn(
      () => json(listOf({ ...paid, status: "fulfilled" })),
      () => json(listOf(paid)),
    ),
    "POST /api/orders/5/unfulfil": () => json(paid),
  });
  const { user } = open("/orders");

  await user.click(await screen.findByRole("button", { name: /Take the hand-over back/ }));
  await user.click(screen.getByRole("button", { name: "It is not handed over", hidden: true }));

  await screen.findByRole("button", { name: "Hand over order 1005" });
  expect(sent(requests, "POST /api/orders/5/unfulfil")).toHaveLength(1);
});

test("staff see who bought, what they wrote, and find orders by it", async () => {
  const buyer = { id: 9, username: "ada", name: "Ada Lovelace", email: "ada@example.org" };
  const requests = fakeApi({
    "GET /api/profile": () => json(sam),
    "GET /api/orders": () => json(listOf({ ...paid, buyer, note: "Ring twice" })),
  });
  const { user, path } = open("/orders");

  await screen.findByText(/Ada Lovelace/);
  screen.getByText("“Ring twice”");
  await user.type(screen.getByRole("searchbox", { name: "Number, buyer or item" }), "ada");
  await user.selectOptions(screen.getByRole("combobox", { name: "State" }), "Paid");
  await user.click(screen.getByRole("button", { name: "Search" }));

  await waitFor(() => expect(path()).toBe("/orders?q=ada&status=paid"));
  await waitFor(() =>
    expect(sent(requests, "GET /api/orders").at(-1)?.url).toContain("q=ada&status=paid"),
  );
  const table = screen.getByRole("link", { name: "Save as CSV" }).getAttribute("href");
  expect(table).toBe("/api/orders.csv?q=ada&status=paid&spreadsheet=en");
});

test("customers cannot hand over", async () => {
  fakeApi({ ...signedIn, "GET /api/orders": () => json(listOf(paid)) });
  open("/orders");

  await screen.findByText("Paid");

  expect(screen.queryByRole("button", { name: /Hand over/ })).toBeNull();
});

test("a list that does not load can be asked for again", async () => {
  const answer = { "X-Request-ID": "r-42" };
  fakeApi({
    ...signedIn,
    "GET /api/orders": inTurn(
      () => problem(500, "internal_server_error", {}, answer),
      () => json(listOf(paid)),
    ),
  });
  const { user } = open("/orders");

  expect((await screen.findByRole("alert")).textContent).toContain("r-42");
  await user.click(screen.getByRole("button", { name: "Try again" }));

  await waitFor(() => expect(screen.getByText("Order 1005")).toBeTruthy());
});

test.each([
  ["paid", 1],
  ["fulfilled", 0],
] as const)("of an order that is %s, how it comes is said %i times", async (status, times) => {
  const delivery = "Pick it up at the market.";
  fakeApi({
    ...signedIn,
    "GET /api/shop": () => json({ ...shop, delivery }),
    [read]: () => json({ ...paid, status }),
  });
  open("/orders/5");

  await screen.findByRole("region", { name: "Receipt" });
  await waitFor(() => expect(screen.queryAllByText(delivery)).toHaveLength(times));
});

const receipt = async () =>
  (await screen.findAllByRole("row")).slice(1).map((row) => row.textContent);

test("the receipt shows what was added and taken off, where anything was", async () => {
  const charged = { discount: 370, shipping: 500, tax: 766, total: 4596 };
  fakeApi({ ...signedIn, [read]: () => json({ ...paid, ...charged }) });
  open("/orders/5");

  expect(await receipt()).toEqual([
    "Mug2 × €18.50€37.00",
    "Subtotal€37.00",
    "Discount-€3.70",
    "Shipping€5.00",
    "Tax€7.66",
    "Total€45.96",
  ]);
});

test("the receipt tells tax that is part of the prices beside the total", async () => {
  fakeApi({ ...signedIn, [read]: () => json({ ...paid, tax: 617 }) });
  open("/orders/5");

  expect(await receipt()).toEqual(["Mug2 × €18.50€37.00", "Totalincluding €6.17 of tax€37.00"]);
});
