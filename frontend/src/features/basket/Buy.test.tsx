import { act, cleanup, screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { alice } from "../../test/accounts";
import { fakeApi, inTurn, json, problem, sent, torn } from "../../test/fakeApi";
import { leaving, open } from "../../test/open";
import { mug, order } from "../../test/shop/goods";

const place = "POST /api/orders";
const here = {
  "GET /api/profile": () => json(alice),
  "GET /api/items/7": () => json(mug),
  "GET /api/orders/5": () => json(order),
};
const buyButton = () => screen.findByRole("button", { name: /^Buy/ });
const keys = (requests: Request[]) =>
  sent(requests, place).map((request) => request.headers.get("Idempotency-Key"));

test("buying places the order and goes to the payment page", async () => {
  const assign = leaving();
  const requests = fakeApi({ ...here, [place]: () => json(order, 201) });
  const { user } = open("/items/7");

  const quantity = await screen.findByLabelText(/Quantity/);
  await user.clear(quantity);
  await user.type(quantity, "2");
  await user.click(await buyButton());

  await waitFor(() => expect(assign).toHaveBeenCalledWith("https://pay.example.org/5"));
  expect(await sent(requests, place)[0]?.json()).toEqual({
    lines: [{ item_id: 7, quantity: 2 }],
    note: "",
    from_basket: false,
    basket_version: null,
  });
});

test("an order below the smallest sum says which sum that is, in the API's words", async () => {
  const detail = "The payment provider takes no sum below 0.50 EUR: order a little more.";
  const errors = [{ field: "lines", message: detail }];
  fakeApi({ ...here, [place]: () => problem(422, "amount_too_small", { detail, errors }) });
  const { user } = open("/items/7");

  await user.click(await buyButton());

  expect((await screen.findByRole("alert")).textContent).toContain(detail);
});

test("a double click makes one order", async () => {
  const assign = leaving();
  const requests = fakeApi({ ...here, [place]: () => json(order, 201) });
  open("/items/7");

  // Both in one go, before the page can switch the button off.
  const button = await buyButton();
  act(() => {
    button.click();
    button.click();
  });

  await waitFor(() => expect(assign).toHaveBeenCalledTimes(1));
  expect(sent(requests, place)).toHaveLength(1);
});

test("the button stays off until the browser has left", async () => {
  const assign = leaving();
  fakeApi({ ...here, [place]: () => json(order, 201) });
  const { user } = open("/items/7");

  await user.click(await buyButton());
  await waitFor(() => expect(assign).toHaveBeenCalled());

  const button = screen.getByRole("button", { name: /One moment/ }) as HTMLButtonElement;
  expect(button.disabled).toBe(true);
});

test.each([
  ["a torn connection", torn],
  ["an error of the server", () => problem(500, "internal_server_error")],
])("another try after %s keeps the key", async (_, failure) => {
  const assign = leaving();
  const requests = fakeApi({ ...here, [place]: inTurn(failure, () => json(order, 201)) });
  const { user } = open("/items/7");

  await user.click(await buyButton());
  await screen.findByRole("alert");
  await user.click(await buyButton());

  await waitFor(() => expect(assign).toHaveBeenCalled());
  const [first, second] = keys(requests);
  expect(first).toBeTruthy();
  expect(second).toBe(first);
});

test("another quantity is another intent, with a key of its own", async () => {
  leaving();
  const requests = fakeApi({ ...here, [place]: torn });
  const { user } = open("/items/7");

  await user.click(await buyButton());
  await screen.findByRole("alert");
  await user.type(screen.getByLabelText(/Quantity/), "{Backspace}3");
  await user.click(await buyButton());

  await waitFor(() => expect(sent(requests, place)).toHaveLength(2));
  expect(new Set(keys(requests)).size).toBe(2);
});

test("what is sold out is said in words, and the next try is a new intent", async () => {
  const requests = fakeApi({ ...here, [place]: () => problem(409, "sold_out") });
  const { user } = open("/items/7");

  await user.click(await buyButton());
  expect((await screen.findByRole("alert")).textContent).toMatch(/not enough left/);
  await user.click(await buyButton());

  await waitFor(() => expect(sent(requests, place)).toHaveLength(2));
  expect(new Set(keys(requests)).size).toBe(2);
});

test("more than there is cannot be bought", async () => {
  const requests = fakeApi({ ...here, [place]: () => json(order, 201) });
  const { user } = open("/items/7");

  await user.type(await screen.findByLabelText(/Quantity/), "0");
  await user.click(await buyButton());

  expect(sent(requests, place)).toHaveLength(0);
});

const signIn = async (user: ReturnType<typeof open>["user"]) => {
  await user.type(await screen.findByLabelText("Username or email"), "alice");
  await user.type(screen.getByLabelText("Password"), "lantern-tide-77");
  await user.click(screen.getByRole("button", { name: "Sign in" }));
};

test("a visitor signs in, and the purchase goes on with the quantity that was chosen", async () => {
  const assign = leaving();
  const requests = fakeApi({
    "GET /api/items/7": () => json(mug),
    "POST /api/session": () => json(alice),
    [place]: () => json(order, 201),
  });
  const { user, path } = open("/items/7");

  await user.type(await screen.findByLabelText(/Quantity/), "{Backspace}2");
  await user.click(await buyButton());
  expect(path()).toBe("/sign-in?next=%2Fitems%2F7");
  expect(sent(requests, place)).toHaveLength(0);
  await signIn(user);

  await waitFor(() => expect(assign).toHaveBeenCalledWith("https://pay.example.org/5"));
  expect(sent(requests, place)).toHaveLength(1);
  expect(await sent(requests, place)[0]?.json()).toMatchObject({
    lines: [{ item_id: 7, quantity: 2 }],
  });
});

test("a visitor who turns back at the sign-in page has bought nothing, also not by a later sign-in", async () => {
  const requests = fakeApi({
    "GET /api/items/7": () => json(mug),
    "POST /api/session": () => json(alice),
    [place]: () => json(order, 201),
  });
  const { user } = open("/items/7");

  await user.click(await buyButton());
  await screen.findByRole("heading", { name: "Sign in" });
  cleanup();
  const again = open("/items/7");
  await screen.findByRole("link", { name: "Sign in" });
  await buyButton();
  cleanup();
  open("/sign-in?next=/items/7");
  await signIn(again.user);

  await buyButton();
  expect(sent(requests, place)).toHaveLength(0);
});

test("a session that ended is begun anew, and the purchase goes on", async () => {
  const assign = leaving();
  fakeApi({
    ...here,
    "POST /api/session": () => json(alice),
    [place]: inTurn(
      () => problem(401, "sign_in_required"),
      () => json(order, 201),
    ),
  });
  const { user } = open("/items/7");

  await user.click(await buyButton());
  expect(await screen.findByText(/Your session has ended/)).toBeTruthy();
  await signIn(user);

  await waitFor(() => expect(assign).toHaveBeenCalledWith("https://pay.example.org/5"));
});

test("one's own unpaid order is no reason to say sold out", async () => {
  const gone = { ...mug, on_hand: 2, available: 0 };
  const waiting = {
    id: 5,
    number: "K1005",
    status: "pending",
    from_basket: false,
    lines: order.lines,
  };
  fakeApi({
    ...here,
    "GET /api/items/7": () => json(gone),
    "GET /api/basket": () => json({ lines: [], orders: [waiting] }),
  });
  open("/items/7");

  const link = await screen.findByRole("link", { name: "Pay or cancel order K1005" });

  expect(link.getAttribute("href")).toBe("/orders/5");
  expect(screen.queryByText(/sold out/i)).toBeNull();
});

test("an order without a payment page yet shows on its own page", async () => {
  const waiting = { ...order, checkout_url: null };
  fakeApi({ ...here, [place]: () => json(waiting, 202), "GET /api/orders/5": () => json(waiting) });
  const { user, path } = open("/items/7");

  await user.click(await buyButton());

  await screen.findByText(/payment page is not there yet/);
  expect(path()).toBe("/orders/5");
});
