import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { fakeApi, json, listOf, problem, sent } from "../../test/fakeApi";
import { open } from "../../test/open";
import { mug } from "../../test/shop/goods";

const card = (name: string) =>
  screen
    .findByRole("heading", { name })
    .then((heading) => within(heading.closest("li") as HTMLElement));

test("an item shows its price and how many are left", async () => {
  fakeApi({ "GET /api/items": () => json(listOf(mug)) });
  open("/");

  const item = await card("Mug");

  expect(item.getByText(/18[.,]50/)).toBeTruthy();
  expect(item.getByText("3 left")).toBeTruthy();
  expect(item.getByRole("button", { name: "Buy Mug" })).toBeTruthy();
});

test("an item that is sold out cannot be bought", async () => {
  fakeApi({ "GET /api/items": () => json(listOf({ ...mug, available: 0 })) });
  open("/");

  const item = await card("Mug");

  expect(item.getByText("Sold out")).toBeTruthy();
  expect(item.queryByRole("button")).toBeNull();
});

test("a search is part of the address and asks the shop", async () => {
  const requests = fakeApi({ "GET /api/items": () => json(listOf()) });
  const { user, path } = open("/?page=3");

  await user.type(await screen.findByRole("searchbox"), "42{Enter}");

  await screen.findByText("Nothing found for “42”");
  expect(path()).toBe("/?q=42");
  const asked = new URL(sent(requests, "GET /api/items").at(-1)?.url ?? "").searchParams;
  expect([asked.get("q"), asked.get("page")]).toEqual(["42", "1"]);
});

test("the next page keeps the search", async () => {
  fakeApi({ "GET /api/items": () => json({ ...listOf(mug), total: 30, per_page: 12 }) });
  const { user, path } = open("/?q=mug");

  await user.click(await screen.findByRole("link", { name: "Next" }));

  expect(path()).toBe("/?q=mug&page=2");
});

test("after a navigation the heading has the focus and names the page", async () => {
  fakeApi({ "GET /api/items": () => json(listOf(mug)), "GET /api/items/7": () => json(mug) });
  const { user } = open("/");

  await user.click(await screen.findByRole("link", { name: "Mug" }));

  const heading = await screen.findByRole("heading", { level: 1, name: "Mug" });
  expect(document.activeElement).toBe(heading);
  expect(document.title).toBe("Mug · Kiosk");
});

test("an item that is gone is said in words", async () => {
  fakeApi({ "GET /api/items/8": () => problem(404, "not_found") });
  open("/items/8");

  expect(await screen.findByRole("heading", { name: "No such item" })).toBeTruthy();
});

test("a category shows what is in it, and keeps the order that was chosen", async () => {
  const requests = fakeApi({
    "GET /api/items": () => json(listOf(mug, { ...mug, id: 8, name: "Tea" })),
    "GET /api/categories": () => json([{ name: "Kitchen", items: 2 }]),
  });
  const { user, path } = open("/");

  await user.selectOptions(await screen.findByLabelText("Order of the items"), "Cheapest first");
  await user.click(await screen.findByRole("link", { name: "Kitchen" }));

  expect(await screen.findByRole("heading", { level: 1, name: "Kitchen" })).toBeTruthy();
  expect(path()).toBe("/?sort=price&category=Kitchen");
  const asked = new URL(sent(requests, "GET /api/items").at(-1)?.url ?? "").searchParams;
  expect([asked.get("category"), asked.get("sort")]).toEqual(["Kitchen", "price"]);
  await user.click(screen.getByRole("link", { name: "All" }));
  expect(path()).toBe("/?sort=price");
});

test("items wait for the categories above them, so that they stay where they are", async () => {
  let answer: (given: Response) => void = () => undefined;
  const requests = fakeApi({
    "GET /api/items": () => json(listOf(mug)),
    "GET /api/categories": () => new Promise((resolve) => (answer = resolve)),
  });
  open("/?category=Kitchen");

  await waitFor(() => expect(sent(requests, "GET /api/items")).toHaveLength(1));
  expect(screen.getByText("Loading…")).toBeTruthy();
  expect(screen.queryByLabelText("Order of the items")).toBeNull();
  answer(json([{ name: "Kitchen", items: 1 }]));

  await card("Mug");
  expect(screen.getByRole("link", { name: "Kitchen" })).toBeTruthy();
});

test("where the categories cannot be read, the items are there", async () => {
  fakeApi({
    "GET /api/items": () => json(listOf(mug)),
    "GET /api/categories": () => problem(500, "internal"),
  });
  open("/");

  await screen.findByRole("heading", { name: "Mug" }, { timeout: 5_000 });
});

test("a shop without categories has no list of them", async () => {
  fakeApi({ "GET /api/items": () => json(listOf(mug, { ...mug, id: 8, name: "Tea" })) });
  open("/");

  await card("Mug");

  expect(screen.queryByRole("navigation", { name: "Categories" })).toBeNull();
});
