import { screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { alice, sam } from "../../test/accounts";
import { fakeApi, inTurn, json, problem, sent, torn } from "../../test/fakeApi";
import { leaving, open } from "../../test/open";
import { order } from "../../test/shop/goods";

const read = "GET /api/orders/5";
const checkout = "POST /api/orders/5/checkout";
const cancel = "POST /api/orders/5/cancel";
const homeless = { ...order, checkout_url: null };
const cancelled = { ...homeless, status: "cancelled" };
const here = { "GET /api/profile": () => json(alice) };

const payNow = () => screen.findByRole("button", { name: "Pay now" });

afterEach(() => {
  vi.useRealTimers();
});

test("an order without a payment page asks for one and goes there", async () => {
  const assign = leaving();
  fakeApi({ ...here, [read]: () => json(homeless), [checkout]: () => json(order) });
  const { user } = open("/orders/5");

  await user.click(await payNow());

  await waitFor(() => expect(assign).toHaveBeenCalledWith("https://pay.example.org/5"));
});

test("the shop is asked before a known payment page is opened: it may be over by now", async () => {
  const assign = leaving();
  const anew = { ...order, checkout_url: "https://pay.example.org/anew" };
  const requests = fakeApi({ ...here, [read]: () => json(order), [checkout]: () => json(anew) });
  const { user } = open("/orders/5");

  await user.click(await screen.findByRole("link", { name: "Pay now" }));

  await waitFor(() => expect(assign).toHaveBeenCalledWith("https://pay.example.org/anew"));
  expect(sent(requests, checkout)).toHaveLength(1);
});

test("an order that turns out to be paid is shown as paid, and leads nowhere", async () => {
  const assign = leaving();
  const paid = { ...homeless, status: "paid", refundable: order.total };
  fakeApi({ ...here, [read]: () => json(order), [checkout]: () => json(paid) });
  const { user } = open("/orders/5");

  await user.click(await screen.findByRole("link", { name: "Pay now" }));

  expect(await screen.findByText(/payment has arrived/)).toBeTruthy();
  expect(assign).not.toHaveBeenCalled();
});

test("where the provider has not answered, the page says so and goes on asking", async () => {
  const assign = leaving();
  const requests = fakeApi({
    ...here,
    [read]: () => json(homeless),
    [checkout]: () => json(homeless, 202),
  });
  const { user } = open("/orders/5");

  await user.click(await payNow());

  await screen.findByText("The payment provider has not answered yet.");
  const asked = sent(requests, read).length;
  await waitFor(() => expect(sent(requests, read).length).toBeGreaterThan(asked), {
    timeout: 5000,
  });
  expect(assign).not.toHaveBeenCalled();
});

test.each([
  [409, "sold_out", /not enough left/],
  [409, "nothing_to_pay", /nothing to pay here/],
  [402, "payment_declined", /Nothing was charged/],
  [409, "payment_refused", /trying again will not help/],
  [503, "payments_unavailable", /not available right now/],
])("%i %s is said in words, and one can try again", async (status, error, text) => {
  fakeApi({ ...here, [read]: () => json(homeless), [checkout]: () => problem(status, error) });
  const { user } = open("/orders/5");

  await user.click(await payNow());

  expect((await screen.findByRole("alert")).textContent).toMatch(text);
  expect(((await payNow()) as HTMLButtonElement).disabled).toBe(false);
});

test("an order is cancelled only after a question, and the page stays open", async () => {
  const requests = fakeApi({
    ...here,
    [read]: inTurn(
      () => json(order),
      () => json(cancelled),
    ),
    [cancel]: () => json(cancelled),
  });
  const { user } = open("/orders/5");

  await user.click(await screen.findByRole("button", { name: "Cancel this order" }));
  expect(sent(requests, cancel)).toHaveLength(0);
  await user.click(await screen.findByRole("button", { name: "Cancel the order" }));

  await screen.findByText("Cancelled");
  expect(screen.queryByRole("link", { name: "Pay now" })).toBeNull();
  expect(screen.queryByRole("button", { name: "Cancel this order" })).toBeNull();
  await waitFor(() => expect(document.activeElement?.textContent).toContain("Cancelled"));
});

test("an order that is being cancelled is asked about until it is over", async () => {
  const winding = { ...homeless, status: "cancelling" };
  fakeApi({
    ...here,
    [read]: inTurn(
      () => json(order),
      () => json(winding),
      () => json(cancelled),
    ),
    [cancel]: () => json(winding, 202),
  });
  const { user } = open("/orders/5");

  await user.click(await screen.findByRole("button", { name: "Cancel this order" }));
  await user.click(await screen.findByRole("button", { name: "Cancel the order" }));

  await screen.findByText("Being cancelled");
  await screen.findByText("Cancelled");
});

test("an order that was paid in the meantime is not cancelled, and the page says why", async () => {
  const paid = { ...homeless, status: "paid", refundable: order.total };
  fakeApi({
    ...here,
    [read]: inTurn(
      () => json(order),
      () => json(paid),
    ),
    [cancel]: () => problem(409, "order_not_cancellable"),
  });
  const { user } = open("/orders/5");

  await user.click(await screen.findByRole("button", { name: "Cancel this order" }));
  await user.click(await screen.findByRole("button", { name: "Cancel the order" }));

  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect((await screen.findByRole("alert")).textContent).toMatch(
    /can refund it, or cancel it if it was free/,
  );
  expect(await screen.findByText(/payment has arrived/)).toBeTruthy();
});

test("a torn connection leaves the order as it is, and one can try again", async () => {
  fakeApi({ ...here, [read]: () => json(order), [cancel]: inTurn(torn, () => json(cancelled)) });
  const { user } = open("/orders/5");

  await user.click(await screen.findByRole("button", { name: "Cancel this order" }));
  await user.click(await screen.findByRole("button", { name: "Cancel the order" }));

  expect((await screen.findByRole("alert")).textContent).toMatch(/cannot be reached/);
  expect(screen.getByRole("button", { name: "Cancel this order" })).toBeTruthy();
});

test("a buyer knows by when to pay, and when that is over", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true, now: Date.parse(order.created_at) + 29 * 60_000 });
  fakeApi({ ...here, [read]: () => json(order) });
  open("/orders/5");

  const by = await screen.findByText(/Pay by/);
  expect(by.querySelector("time")?.dateTime).toBe("2026-05-04T10:30:00.000Z");
  await vi.advanceTimersByTimeAsync(61_000);

  expect(await screen.findByText(/time to pay is over/)).toBeTruthy();
  expect(screen.getByRole("link", { name: "Pay now" })).toBeTruthy();
});

test.each([
  ["processing", {}, "Payment under way", /on its way/],
  ["cancelling", {}, "Being cancelled", /cannot be paid any more/],
  ["paid", { refundable: 0, refunded: 3700 }, "Refunded", /All of the money went back/],
  ["paid", { refundable: 3700, refunded: 3700 }, "Paid", /payment has arrived/],
  ["paid", { discount: 3700, total: 0 }, "Paid", /getting your order ready/],
])("%s is said in words (%j)", async (status, more, label, text) => {
  fakeApi({ ...here, [read]: () => json({ ...homeless, status, ...more }) });
  open("/orders/5");

  await screen.findByText(text);

  expect(screen.getAllByText(label).length).toBeGreaterThan(0);
});

test("staff cancel an order that cost nothing; one that was paid they do not", async () => {
  const free = { ...homeless, status: "paid", discount: order.total, total: 0, refundable: 0 };
  const requests = fakeApi({
    "GET /api/profile": () => json(sam),
    [read]: inTurn(
      () => json(free),
      () => json({ ...free, status: "cancelled" }),
    ),
    [cancel]: () => json({ ...free, status: "cancelled" }),
    "GET /api/orders/6": () => json({ ...homeless, id: 6, status: "paid", refundable: 1 }),
  });
  const { user } = open("/orders/5");

  await user.click(await screen.findByRole("button", { name: "Cancel this order" }));
  await screen.findByText(/no money goes back/);
  await user.click(await screen.findByRole("button", { name: "Cancel the order" }));

  await waitFor(() =>
    expect(screen.queryByRole("button", { name: "Cancel this order" })).toBeNull(),
  );
  expect(sent(requests, cancel)).toHaveLength(1);
  open("/orders/6");
  await screen.findByRole("button", { name: "Hand over order 1005" });
  expect(screen.queryByRole("button", { name: "Cancel this order" })).toBeNull();
});
