import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { alice, sam } from "../../test/accounts";
import { fakeApi, inTurn, json, listOf, problem, sent } from "../../test/fakeApi";
import { open } from "../../test/open";
import { mug, shop } from "../../test/shop/goods";

const staff = {
  "GET /api/profile": () => json(sam),
  "GET /api/items": () => json(listOf(mug)),
  "GET /api/items/7/changes": () => json(listOf()),
};
const version = (etag: string, item = mug) => json(item, 200, { ETag: etag });

test("customers do not get to see the stock", async () => {
  fakeApi({ ...staff, "GET /api/profile": () => json(alice) });
  open("/staff/items");

  expect(await screen.findByRole("heading", { name: "For staff" })).toBeTruthy();
});

test("a new item's price is sent in minor units", async () => {
  const requests = fakeApi({ ...staff, "POST /api/items": () => json(mug, 201) });
  const { user } = open("/staff/items/new");

  await user.type(await screen.findByLabelText("Name"), "Mug");
  await user.type(screen.getByLabelText("Price in EUR"), "8,29");
  await user.click(screen.getByRole("button", { name: "Save" }));

  await screen.findByRole("heading", { name: "Stock" });
  expect(await sent(requests, "POST /api/items")[0]?.json()).toEqual({
    name: "Mug",
    description: "",
    price: 829,
    on_hand: null,
    image_url: null,
    category: null,
  });
});

test("the very first item gets its price in the shop's currency at once", async () => {
  const requests = fakeApi({
    ...staff,
    "GET /api/shop": () => json({ currency: "JPY", currency_digits: 0, hold_minutes: 30 }),
    "GET /api/items": () => json(listOf()),
    "POST /api/items": () => json(mug, 201),
  });
  const { user } = open("/staff/items/new");

  await user.type(await screen.findByLabelText("Name"), "Mug");
  await user.type(screen.getByLabelText("Price in JPY"), "829");
  await user.click(screen.getByRole("button", { name: "Save" }));

  await screen.findByRole("heading", { name: "Stock" });
  expect(await sent(requests, "POST /api/items")[0]?.json()).toHaveProperty("price", 829);
});

test("a price has the digits that the shop says, whatever the browser thinks of its currency", async () => {
  const requests = fakeApi({
    ...staff,
    "GET /api/shop": () => json({ currency: "HUF", currency_digits: 2, hold_minutes: 30 }),
    "POST /api/items": () => json(mug, 201),
  });
  const { user } = open("/staff/items/new");

  await user.type(await screen.findByLabelText("Name"), "Mug");
  await user.type(screen.getByLabelText("Price in HUF"), "4990");
  await user.click(screen.getByRole("button", { name: "Save" }));

  await screen.findByRole("heading", { name: "Stock" });
  expect(await sent(requests, "POST /api/items")[0]?.json()).toMatchObject({ price: 499000 });
});

test("what the API has against a price is said at its field", async () => {
  const message = "An amount in ISK has no decimals: write 5.00 ISK or 6.00 ISK.";
  fakeApi({
    ...staff,
    "GET /api/shop": () => json({ currency: "ISK", currency_digits: 2, hold_minutes: 30 }),
    "POST /api/items": () =>
      problem(422, "invalid_input", { errors: [{ field: "price", message }] }),
  });
  const { user } = open("/staff/items/new");

  await user.type(await screen.findByLabelText("Name"), "Mug");
  await user.type(screen.getByLabelText("Price in ISK"), "5,50");
  await user.click(screen.getByRole("button", { name: "Save" }));

  await screen.findByText(message);
  expect(screen.getByLabelText("Price in ISK").getAttribute("aria-invalid")).toBe("true");
});

test("without the shop's currency no price can be entered", async () => {
  let isBroken = true;
  fakeApi({
    ...staff,
    "GET /api/shop": () => (isBroken ? problem(500, "internal_server_error") : json(shop)),
  });
  const { user } = open("/staff/items/new");

  await screen.findByRole("alert");
  expect(screen.queryByLabelText("Name")).toBeNull();
  isBroken = false;
  await user.click(screen.getByRole("button", { name: "Try again" }));

  expect(await screen.findByLabelText("Price in EUR")).toBeTruthy();
});

test("a price that cannot be read is said at its field, and nothing is sent", async () => {
  const requests = fakeApi(staff);
  const { user } = open("/staff/items/new");

  await user.type(await screen.findByLabelText("Name"), "Mug");
  await user.type(screen.getByLabelText("Price in EUR"), "8.299");
  await user.click(screen.getByRole("button", { name: "Save" }));

  expect(await screen.findByText(/at most 2 digits/)).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByLabelText("Price in EUR"));
  expect(sent(requests, "POST /api/items")).toHaveLength(0);
});

test("only what was edited is sent, with the version it was edited from", async () => {
  const requests = fakeApi({
    ...staff,
    "GET /api/items/7": () => version('"1"'),
    "PATCH /api/items/7": () => json(mug),
  });
  const { user } = open("/staff/items/7");

  const price = await screen.findByLabelText("Price in EUR");
  await user.clear(price);
  await user.type(price, "20");
  await user.click(screen.getByRole("button", { name: "Save" }));

  await screen.findByRole("heading", { name: "Stock" });
  const [change] = sent(requests, "PATCH /api/items/7");
  expect(await change?.json()).toEqual({ price: 2000 });
  expect(change?.headers.get("If-Match")).toBe('"1"');
});

test("a change by another user is said in words, and reloading shows it", async () => {
  const requests = fakeApi({
    ...staff,
    "GET /api/items/7": inTurn(
      () => version('"1"'),
      () => version('"2"', { ...mug, name: "Big mug" }),
    ),
    "PATCH /api/items/7": inTurn(
      () => problem(412, "stale_version"),
      () => json(mug),
    ),
  });
  const { user } = open("/staff/items/7");

  await user.type(await screen.findByLabelText("Name"), " for tea");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect((await screen.findByRole("alert")).textContent).toMatch(/Another user changed this/);
  expect((screen.getByLabelText("Name") as HTMLInputElement).value).toBe("Mug for tea");
  await user.click(screen.getByRole("button", { name: "Load what is there now" }));

  await waitFor(() =>
    expect((screen.getByLabelText("Name") as HTMLInputElement).value).toBe("Big mug"),
  );
  await user.type(screen.getByLabelText("Name"), "!");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByRole("heading", { name: "Stock" });
  expect(sent(requests, "PATCH /api/items/7").at(-1)?.headers.get("If-Match")).toBe('"2"');
});

test("what was typed is saved all the same where the user says so", async () => {
  const requests = fakeApi({
    ...staff,
    "GET /api/items/7": () => version('"1"'),
    "PATCH /api/items/7": inTurn(
      () => problem(412, "stale_version"),
      () => json(mug),
    ),
  });
  const { user } = open("/staff/items/7");

  await user.type(await screen.findByLabelText("Name"), " for tea");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await user.click(await screen.findByRole("button", { name: "Save mine all the same" }));

  await screen.findByRole("heading", { name: "Stock" });
  const last = sent(requests, "PATCH /api/items/7").at(-1);
  expect(await last?.json()).toEqual({ name: "Mug for tea" });
  expect(last?.headers.get("If-Match")).toBeNull();
});

test("an item is deleted only after a question, at the version that was there", async () => {
  const requests = fakeApi({
    ...staff,
    "GET /api/items/7": () => version('"1"'),
    "DELETE /api/items/7": () => json({ deleted: true }),
  });
  const { user } = open("/staff/items");

  await user.click(await screen.findByRole("button", { name: "Delete Mug" }));
  expect(sent(requests, "DELETE /api/items/7")).toHaveLength(0);
  const yes = await screen.findByRole("button", { name: "Delete it" });
  await waitFor(() => expect((yes as HTMLButtonElement).disabled).toBe(false));
  await user.click(yes);

  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(sent(requests, "DELETE /api/items/7")[0]?.headers.get("If-Match")).toBe('"1"');
});

test("staff find items by words and by how they stand, and the address keeps both", async () => {
  const requests = fakeApi(staff);
  const { user, path } = open("/staff/items");

  await user.type(await screen.findByLabelText("Name or description"), "mug");
  await user.selectOptions(screen.getByLabelText("Which items"), "Running out");
  await user.click(screen.getByRole("button", { name: "Search" }));

  await waitFor(() => expect(path()).toBe("/staff/items?q=mug&only=low"));
  await waitFor(() => {
    const asked = new URL(sent(requests, "GET /api/items").at(-1)?.url ?? "").searchParams;
    expect([asked.get("q"), asked.get("only")]).toEqual(["mug", "low"]);
  });
});

test("a search that finds nothing leads back to everything", async () => {
  fakeApi({ ...staff, "GET /api/items": () => json(listOf()) });
  const { user, path } = open("/staff/items?only=sold_out");

  await user.click(await screen.findByRole("link", { name: "Show all items" }));

  await waitFor(() => expect(path()).toBe("/staff/items"));
});

test("an item shows who changed what", async () => {
  const entry = {
    id: 1,
    at: "2026-05-04T10:00:00Z",
    action: "changed",
    actor: { id: 2, username: "sam" },
    changes: { price: [1850, 1950] },
  };
  fakeApi({
    ...staff,
    "GET /api/items/7": () => version('"1"'),
    "GET /api/items/7/changes": () => json(listOf(entry)),
  });
  open("/staff/items/7");

  const log = await screen.findByRole("region", { name: "What was changed" });

  await waitFor(() => expect(log.textContent).toMatch(/Price: .*18[.,]50.* → .*19[.,]50/));
  expect(log.textContent).toContain("by sam");
});
