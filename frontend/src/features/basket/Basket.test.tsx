import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { alice, sam } from "../../test/accounts";
import { fakeApi, inTurn, json, problem, sent, torn } from "../../test/fakeApi";
import { leaving, open } from "../../test/open";
import { mug, order, shop } from "../../test/shop/goods";

const place = "POST /api/orders";
const pot = { ...mug, id: 8, name: "Pot", price: 2400, available: null, on_hand: null };
const signedOut = { "GET /api/items/7": () => json(mug), "GET /api/items/8": () => json(pot) };
const signedIn = { ...signedOut, "GET /api/profile": () => json(alice) };
const two = [
  { item_id: 7, quantity: 2 },
  { item_id: 8, quantity: 1 },
];

const fill = (lines = two, owner: number | null = null) =>
  localStorage.setItem("kiosk.basket", JSON.stringify({ owner, lines, key: "" }));
const stored = () => JSON.parse(localStorage.getItem("kiosk.basket") ?? "null");
const total = async () => (await screen.findByText(/^Total/)).textContent;
const checkOut = () => screen.findByRole("button", { name: "Check out" });
const link = () => screen.findByRole("link", { name: /^Basket/ });
const keys = (requests: Request[]) =>
  sent(requests, place).map((request) => request.headers.get("Idempotency-Key"));

test("what is added adds up, and never to more than there is", async () => {
  fakeApi(signedOut);
  const { user } = open("/items/7");

  const add = await screen.findByRole("button", { name: "Add to basket Mug" });
  await user.click(add);
  await user.click(add);
  expect((await link()).textContent).toMatch(/2$/);
  await user.click(add);
  await user.click(add);

  expect((await link()).textContent).toMatch(/3$/);
  expect(screen.getByText(/that is the most/)).toBeTruthy();
});

test("a basket shows prices as they are now, and their sum follows the quantities", async () => {
  fill();
  fakeApi(signedOut);
  const { user } = open("/basket");

  await waitFor(async () => expect(await total()).toMatch(/61[.,]00/));
  await user.type(await screen.findByLabelText("Quantity of Pot"), "{Backspace}3");

  expect(await total()).toMatch(/109[.,]00/);
});

test("what is removed is gone, and the last one leaves an empty basket", async () => {
  fill();
  fakeApi(signedOut);
  const { user } = open("/basket");

  await user.click(await screen.findByRole("button", { name: "Remove Mug" }));
  expect(screen.queryByText("Mug")).toBeNull();
  await user.click(await screen.findByRole("button", { name: "Remove Pot" }));

  expect(await screen.findByText("Nothing in it yet")).toBeTruthy();
});

test("checking out orders every line at once, goes to pay, and keeps the basket until it is paid", async () => {
  fill();
  const assign = leaving();
  const requests = fakeApi({ ...signedIn, [place]: () => json(order, 201) });
  const { user } = open("/basket");

  await user.click(await checkOut());

  await waitFor(() => expect(assign).toHaveBeenCalledWith("https://pay.example.org/5"));
  expect(await sent(requests, place)[0]?.json()).toEqual({
    lines: two,
    note: "",
    from_basket: true,
    basket_version: 1,
  });
  expect(stored()).toMatchObject({ owner: alice.id, lines: two, kept: { version: 1, lines: two } });
});

test("another try after a torn connection keeps the key, even over a reload", async () => {
  fill();
  const assign = leaving();
  const requests = fakeApi({ ...signedIn, [place]: inTurn(torn, () => json(order, 201)) });
  const first = open("/basket");
  await first.user.click(await checkOut());
  await screen.findByRole("alert");
  document.body.replaceChildren();

  const second = open("/basket");
  await second.user.click(await checkOut());

  await waitFor(() => expect(assign).toHaveBeenCalled());
  expect(keys(requests)[0]).toBeTruthy();
  expect(new Set(keys(requests)).size).toBe(1);
});

test("another basket is another intent", async () => {
  fill();
  leaving();
  const requests = fakeApi({ ...signedIn, [place]: torn });
  const { user } = open("/basket");

  await user.click(await checkOut());
  await screen.findByRole("alert");
  await user.click(await screen.findByRole("button", { name: "Remove Pot" }));
  await user.click(await checkOut());

  await waitFor(() => expect(sent(requests, place)).toHaveLength(2));
  expect(new Set(keys(requests)).size).toBe(2);
});

test.each([
  ["sold out", { ...mug, available: 0 }, "Sold out."],
  ["fewer than wanted", { ...mug, available: 1 }, "Only 1 left."],
  ["a draft again", { ...mug, on_sale: false }, "Not on sale at the moment."],
])("%s is marked, takes the focus, and is not ordered", async (_, item, text) => {
  fill();
  const requests = fakeApi({ ...signedIn, "GET /api/items/7": () => json(item) });
  const { user } = open("/basket");

  await screen.findByText(text);
  await user.click(await checkOut());

  await screen.findByRole("alert");
  expect(document.activeElement).toBe(screen.getByLabelText("Quantity of Mug"));
  expect(sent(requests, place)).toHaveLength(0);
});

test("an item that is gone can only be removed", async () => {
  fill();
  fakeApi({ ...signedIn, "GET /api/items/7": () => problem(404, "not_found") });
  const { user } = open("/basket");

  await screen.findByText(/No longer on offer/);
  await user.click(screen.getByRole("button", { name: /^Remove an item/ }));

  expect(screen.queryByText(/No longer on offer/)).toBeNull();
  expect(await total()).toMatch(/24[.,]00/);
});

test("what was sold in the meantime is said, and the basket shows what is left", async () => {
  fill();
  fakeApi({
    ...signedIn,
    "GET /api/items/7": inTurn(
      () => json(mug),
      () => json({ ...mug, available: 1 }),
    ),
    [place]: () => problem(409, "sold_out"),
  });
  const { user } = open("/basket");

  await user.click(await checkOut());

  expect((await screen.findByRole("alert")).textContent).toMatch(/not enough left/);
  expect(await screen.findByText("Only 1 left.")).toBeTruthy();
});

test("more than can be paid at once is said in the API's words", async () => {
  fill();
  const errors = [{ field: "lines", message: "This is more than can be paid at once." }];
  fakeApi({ ...signedIn, [place]: () => problem(422, "invalid_input", { errors }) });
  const { user } = open("/basket");

  await user.click(await checkOut());

  expect((await screen.findByRole("alert")).textContent).toMatch(/more than can be paid/);
});

test("a visitor signs in, and the basket is ordered as it was, with what was typed", async () => {
  fill();
  const assign = leaving();
  const requests = fakeApi({
    ...signedOut,
    "POST /api/session": () => json(alice),
    [place]: () => json(order, 201),
  });
  const { user, path } = open("/basket");

  await user.type(await screen.findByLabelText("A note for the shop"), "Ring twice");
  await user.click(await screen.findByRole("button", { name: "Sign in and check out" }));
  expect(path()).toBe("/sign-in?next=%2Fbasket");
  await user.type(await screen.findByLabelText("Username or email"), "alice");
  await user.type(screen.getByLabelText("Password"), "lantern-tide-77");
  await user.click(screen.getByRole("button", { name: "Sign in" }));

  await waitFor(() => expect(assign).toHaveBeenCalledWith("https://pay.example.org/5"));
  expect(await sent(requests, place)[0]?.json()).toEqual({
    lines: two,
    note: "Ring twice",
    from_basket: true,
    basket_version: 1,
  });
});

test("another user at this browser does not see it", async () => {
  fill(two, alice.id);
  fakeApi({ ...signedIn, "GET /api/profile": () => json(sam) });
  open("/basket");

  expect(await screen.findByText("Nothing in it yet")).toBeTruthy();
  expect((await link()).textContent).toBe("Basket");
});

test("a basket that cannot be read is an empty one", async () => {
  localStorage.setItem("kiosk.basket", '{"lines": 7}');
  fakeApi(signedOut);
  open("/basket");

  expect(await screen.findByText("Nothing in it yet")).toBeTruthy();
});

test("what another tab puts into the basket shows here too", async () => {
  fakeApi(signedOut);
  open("/basket");
  await screen.findByText("Nothing in it yet");

  fill();
  window.dispatchEvent(new StorageEvent("storage"));

  await screen.findByRole("list", { name: "Items in your basket" });
});

test("another note is another intent", async () => {
  fill(two, alice.id);
  const requests = fakeApi({ ...signedIn, [place]: inTurn(torn, torn) });
  const { user } = open("/basket");

  await user.click(await checkOut());
  await screen.findByRole("alert");
  await user.type(screen.getByRole("textbox", { name: "A note for the shop" }), "Ring twice");
  await user.click(await checkOut());

  await waitFor(() => expect(new Set(keys(requests)).size).toBe(2));
});

const basketOf = (lines: typeof two, version: number, orders: object[] = []) =>
  json({ lines, version, orders });
const kept = (lines: typeof two, version: number, more: object = {}) =>
  localStorage.setItem(
    "kiosk.basket",
    JSON.stringify({ owner: alice.id, lines, kept: { lines, version }, key: "", ...more }),
  );
const taken = () => problem(409, "basket_changed");
const bodies = (requests: Request[]) =>
  Promise.all(sent(requests, "PUT /api/basket").map((request) => request.json()));

test("what was paid in another tab does not come back with what is added in this one", async () => {
  kept(two, 1);
  const requests = fakeApi({
    ...signedIn,
    "GET /api/basket": inTurn(
      () => basketOf(two, 1),
      () => basketOf([], 3),
    ),
    "PUT /api/basket": inTurn(taken, () => basketOf([{ item_id: 7, quantity: 1 }], 4)),
  });
  const { user } = open("/items/7");
  await waitFor(async () => expect((await link()).textContent).toMatch(/3$/));

  await user.click(await screen.findByRole("button", { name: "Add to basket Mug" }));

  await waitFor(async () => expect((await link()).textContent).toMatch(/1$/));
  const mugs = (quantity: number) => ({ item_id: 7, quantity });
  expect(await bodies(requests)).toEqual([
    { lines: [mugs(3), two[1]], version: 1 },
    { lines: [mugs(1)], version: 3 },
  ]);
});

test("a change that may have been taken is not made again once the basket has gone on", async () => {
  kept(two, 3, { kept: { lines: [], version: 1 }, sent: two });
  const requests = fakeApi({
    ...signedIn,
    "GET /api/basket": () => basketOf([], 3), // taken, ordered and paid
    "PUT /api/basket": taken,
  });
  open("/basket");

  await waitFor(() => expect(stored().lines).toEqual([]));
  expect(await screen.findByText("Nothing in it yet")).toBeTruthy();
  expect(await bodies(requests)).toEqual([{ lines: two, version: 1 }]);
});

test("an answer that is older than what another tab knows is asked for again", async () => {
  kept([], 5);
  fakeApi({
    ...signedIn,
    "GET /api/basket": inTurn(
      () => basketOf(two, 1),
      () => basketOf([], 5),
    ),
  });
  const { queries } = open("/basket");

  await waitFor(() => expect(queries.getQueryData(["basket"])).toMatchObject({ version: 5 }));
  expect(await screen.findByText("Nothing in it yet")).toBeTruthy();
  expect(stored().lines).toEqual([]);
});

test("a basket that was ordered in another tab is not ordered again, and the page says so", async () => {
  kept(two, 1);
  const waiting = { id: 5, number: "K1005", status: "pending", from_basket: true };
  const lines = two.map((line) => ({ ...line, name: "Mug", unit_price: 1850 }));
  const requests = fakeApi({
    ...signedIn,
    "GET /api/basket": inTurn(
      () => basketOf(two, 1),
      () => basketOf(two, 2, [{ ...waiting, lines }]),
    ),
    [place]: taken,
  });
  const { user } = open("/basket");

  await user.click(await checkOut());

  expect((await screen.findByRole("alert")).textContent).toMatch(/changed or ordered/);
  expect(await screen.findByText("Order K1005 waits for its payment")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Check out" })).toBeNull();
  expect(await sent(requests, place)[0]?.json()).toMatchObject({ basket_version: 1 });
});

test.each([
  ["shipping and tax", { adds_shipping: true, adds_tax: true }, "Shipping and tax are worked"],
  ["shipping", { adds_shipping: true, adds_tax: false }, "Shipping is worked"],
  ["tax", { adds_shipping: false, adds_tax: true }, "Tax is worked"],
  ["nothing", { adds_shipping: false, adds_tax: false }, null],
])("a basket says that %s comes on the payment page", async (_, adds, said) => {
  fill();
  fakeApi({ ...signedOut, "GET /api/shop": () => json({ ...shop, ...adds }) });
  const { queries } = open("/basket");
  await waitFor(() => expect(queries.getQueryData(["shop"])).toMatchObject(adds));

  await total();

  if (said) expect(await screen.findByText(new RegExp(`^${said}`))).toBeTruthy();
  else expect(screen.queryByText(/on the payment page/)).toBeNull();
});
