import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Order, Payment } from "../../api/types";
import { alice, sam } from "../../test/accounts";
import { fakeApi, inTurn, json, problem, sent, torn } from "../../test/fakeApi";
import { open } from "../../test/open";
import { order } from "../../test/shop/goods";

const read = "GET /api/orders/5";
const refund = "POST /api/orders/5/refunds";
const history = "GET /api/orders/5/history";
const payment: Payment = {
  id: "pi_1",
  amount: order.total,
  currency: "EUR",
  currency_digits: 2,
  disposition: "settles",
  refunded: 0,
  refundable: order.total,
  created_at: order.created_at,
};
const paid: Order = {
  ...order,
  status: "paid",
  checkout_url: null,
  refundable: order.total,
  payments: [payment],
};
const refunded = (amount: number): Order => ({
  ...paid,
  refunded: amount,
  refundable: paid.total - amount,
  payments: [{ ...payment, refunded: amount, refundable: paid.total - amount }],
});
const sentBack = (amount: number, status = "succeeded") =>
  json(
    {
      id: 1,
      order_id: 5,
      payment: "pi_1",
      amount,
      currency: "EUR",
      currency_digits: 2,
      status,
      created_at: order.created_at,
    },
    201,
  );
const staff = {
  "GET /api/profile": () => json(sam),
  [read]: () => json(paid),
  [history]: () => json([]),
};

const amountField = () => screen.findByLabelText("Amount in EUR") as Promise<HTMLInputElement>;
const send = () => screen.getByRole("button", { name: "Send money back", hidden: true });
/** And answers the question that comes before money goes. */
const sendBack = async (user: ReturnType<typeof open>["user"]) => {
  await user.click(send());
  const sure = screen.queryByRole("button", { name: "Send it back", hidden: true });
  if (sure) await user.click(sure);
};
const keys = (requests: Request[]) =>
  sent(requests, refund).map((request) => request.headers.get("Idempotency-Key"));

test("all that is left is what the form begins with", async () => {
  const requests = fakeApi({
    ...staff,
    [read]: inTurn(
      () => json(refunded(1200)),
      () => json(refunded(3700)),
    ),
    [refund]: () => sentBack(2500),
  });
  const { user } = open("/orders/5");

  expect((await amountField()).value).toBe("25.00");
  await sendBack(user);

  await screen.findByText(/25[.,]00 went back/);
  expect(await sent(requests, refund)[0]?.json()).toEqual({
    payment: "pi_1",
    amount: 2500,
    restock: false,
  });
  await waitFor(() => expect(screen.queryByLabelText("Amount in EUR")).toBeNull());
});

test("a refund has the digits of its payment's currency, by the API's table", async () => {
  const forints = { amount: 499000, currency: "HUF", refundable: 499000 };
  const forint: Order = { ...paid, currency: "HUF", payments: [{ ...payment, ...forints }] };
  const requests = fakeApi({
    ...staff,
    [read]: () => json(forint),
    [refund]: () => sentBack(100000),
  });
  const { user } = open("/orders/5");

  const amount = (await screen.findByLabelText("Amount in HUF")) as HTMLInputElement;
  expect(amount.value).toBe("4990.00");
  await user.clear(amount);
  await user.type(amount, "1000");
  await sendBack(user);

  await screen.findByText(/1,000\.00 went back/);
  expect(await sent(requests, refund)[0]?.json()).toMatchObject({ amount: 100000 });
});

test("after a part the form begins anew with the rest, and what was said has the focus", async () => {
  const requests = fakeApi({
    ...staff,
    [read]: inTurn(
      () => json(paid),
      () => json(refunded(1550)),
    ),
    [refund]: () => sentBack(1550, "pending"),
  });
  const { user } = open("/orders/5");

  await user.clear(await amountField());
  await user.type(await amountField(), "15,50");
  await user.click(screen.getByLabelText("Put what was sold back on the shelf"));
  await sendBack(user);

  const said = await screen.findByText(/15[.,]50 is on its way back/);
  expect(await sent(requests, refund)[0]?.json()).toEqual({
    payment: "pi_1",
    amount: 1550,
    restock: true,
  });
  await waitFor(async () => expect((await amountField()).value).toBe("21.50"));
  expect(document.activeElement).toBe(said);
});

test("another try after a torn connection keeps the key; the next refund has its own", async () => {
  const requests = fakeApi({ ...staff, [refund]: inTurn(torn, () => sentBack(3700)) });
  const { user } = open("/orders/5");

  await amountField();
  await sendBack(user);
  await screen.findByRole("alert");
  await sendBack(user);
  await screen.findByText(/went back/);
  await sendBack(user);

  await waitFor(() => expect(sent(requests, refund)).toHaveLength(3));
  const [first, second, third] = keys(requests);
  expect(first).toBeTruthy();
  expect(second).toBe(first);
  expect(third).not.toBe(first);
});

test.each([
  [409, "refund_too_large", {}, /more than is left/],
  [409, "refund_refused", { detail: "The provider refused it: disputed." }, /it: disputed/],
  [422, "invalid_input", { errors: [{ field: "amount", message: "Too much." }] }, /Too much/],
])(
  "%i %s is said in words, and the next try is a new intent",
  async (status, error, more, text) => {
    const requests = fakeApi({ ...staff, [refund]: () => problem(status, error, more) });
    const { user } = open("/orders/5");

    await amountField();
    await sendBack(user);
    await screen.findByText(text);
    await sendBack(user);

    await waitFor(() => expect(sent(requests, refund)).toHaveLength(2));
    expect(new Set(keys(requests)).size).toBe(2);
  },
);

const surplus: Payment = { ...payment, id: "pi_2", disposition: "surplus" };
const paidTwice = () => json({ ...paid, payments: [payment, surplus] });

test("of two payments the one that no order needs goes back first, and buys nothing back", async () => {
  const requests = fakeApi({ ...staff, [read]: paidTwice, [refund]: () => sentBack(3700) });
  const { user } = open("/orders/5");

  expect((await amountField()).value).toBe("37.00");
  expect(screen.queryByLabelText("Put what was sold back on the shelf")).toBeNull();
  await sendBack(user);

  await screen.findByText(/went back/);
  expect(await sent(requests, refund)[0]?.json()).toMatchObject({ payment: "pi_2", amount: 3700 });
});

test("staff choose the payment that goes back", async () => {
  const requests = fakeApi({ ...staff, [read]: paidTwice, [refund]: () => sentBack(3700) });
  const { user } = open("/orders/5");

  await amountField();
  await user.selectOptions(screen.getByLabelText("Payment"), "pi_1");
  await user.click(screen.getByLabelText("Put what was sold back on the shelf"));
  await sendBack(user);

  await screen.findByText(/went back/);
  expect(await sent(requests, refund)[0]?.json()).toEqual({
    payment: "pi_1",
    amount: 3700,
    restock: true,
  });
});

test("money that came too late for an order can be sent back though nothing paid the order", async () => {
  const late: Payment = { ...payment, disposition: "late" };
  fakeApi({
    ...staff,
    [read]: () => json({ ...paid, status: "cancelled", refundable: 0, payments: [late] }),
  });
  open("/orders/5");

  expect((await amountField()).value).toBe("37.00");
  expect(screen.getByText(/came too late/)).toBeTruthy();
});

test.each(["", "a tenner", "1.005", "0"])("%j is not sent", async (text) => {
  const requests = fakeApi({ ...staff, [refund]: () => sentBack(1) });
  const { user } = open("/orders/5");

  await user.clear(await amountField());
  if (text) await user.type(await amountField(), text);
  await sendBack(user);

  expect((await amountField()).getAttribute("aria-invalid")).toBe("true");
  expect(sent(requests, refund)).toHaveLength(0);
});

test("customers see what was refunded, and neither form nor history", async () => {
  const requests = fakeApi({
    ...staff,
    "GET /api/profile": () => json(alice),
    [read]: () => json(refunded(1200)),
  });
  open("/orders/5");

  const row = within(await screen.findByRole("row", { name: /Refunded/ }));

  expect(row.getByText(/12[.,]00/)).toBeTruthy();
  expect(screen.queryByLabelText("Amount in EUR")).toBeNull();
  expect(sent(requests, history)).toHaveLength(0);
});

test("staff read what happened, in the order of the API, and what is wrong stands out", async () => {
  const entry = { at: order.created_at, status: "", reference: null, problem: null };
  fakeApi({
    ...staff,
    [history]: () =>
      json([
        { ...entry, kind: "order", words: "Order 1005 was placed." },
        { ...entry, kind: "refund", words: "Refund of 3.50 EUR.", problem: "The card is lost." },
        { ...entry, kind: "event", status: "new", words: "Event one.", problem: "It waits." },
        { ...entry, kind: "event", status: "failed", words: "Event two.", problem: "Given up." },
      ]),
  });
  open("/orders/5");

  const list = within(await screen.findByRole("region", { name: "History" }));
  const entries = (await list.findAllByRole("listitem")).map((each) => each.textContent);

  expect(entries[0]).toMatch(/was placed/);
  expect(entries[1]).toMatch(/Needs attention: The card is lost\./);
  expect(entries[2]).toMatch(/Event one\.It waits\./); // it is tried again without staff
  expect(entries[3]).toMatch(/Needs attention: Given up\./);
});

test("no money goes before the question is answered", async () => {
  const requests = fakeApi({ ...staff, [refund]: () => sentBack(3700) });
  const { user } = open("/orders/5");

  await amountField();
  await user.click(send());
  const question = within(await screen.findByRole("dialog"));
  expect(question.getByRole("heading").textContent).toMatch(/37[.,]00/);
  await user.click(question.getByRole("button", { name: "Keep it" }));

  expect(screen.queryByRole("dialog")).toBeNull();
  expect(sent(requests, refund)).toHaveLength(0);
});
