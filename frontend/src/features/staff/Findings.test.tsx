import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { inTurn, json, open, problem, shop } from "../../test/shop";
import { alice, sam } from "../../test/things";

const findings = "GET /api/findings";
const staff = { "GET /api/profile": () => json(sam) };
const dispute = {
  kind: "dispute",
  subject: "dp_1",
  words: "18.50 EUR are disputed: answer at the provider.",
  order_id: 5,
};
const stock = { kind: "stock_differs", subject: "7", words: "2 are held.", order_id: null };

test("staff find what needs attention from any page, with a link to its order", async () => {
  shop({ ...staff, [findings]: () => json([dispute, stock]), "GET /api/items": () => json([]) });
  const { user } = open("/staff/items");

  await user.click(await screen.findByRole("link", { name: "Needs attention" }));

  await screen.findByText(/18.50 EUR are disputed/);
  const links = screen.getAllByRole("link", { name: /^To the order/ });
  expect(links.map((link) => link.getAttribute("href"))).toEqual(["/orders/5"]);
  expect(screen.getByText("Stock that does not add up")).toBeTruthy();
});

test("a kind that the page does not know is shown as it is", async () => {
  shop({ ...staff, [findings]: () => json([{ ...stock, kind: "new_kind" }]) });
  open("/staff/findings");

  expect(await screen.findByRole("heading", { name: "new_kind" })).toBeTruthy();
});

test("where nothing is wrong, the page says so", async () => {
  shop({ ...staff, [findings]: () => json([]) });
  open("/staff/findings");

  expect(await screen.findByText("All is in line")).toBeTruthy();
});

test("findings that do not load are not taken for none", async () => {
  shop({
    ...staff,
    [findings]: inTurn(
      () => problem(500, "internal_server_error"),
      () => json([]),
    ),
  });
  const { user } = open("/staff/findings");

  await screen.findByRole("alert");
  expect(screen.queryByText("All is in line")).toBeNull();
  await user.click(screen.getByRole("button", { name: "Try again" }));

  expect(await screen.findByText("All is in line")).toBeTruthy();
});

test("customers see no findings, and no link to them", async () => {
  shop({ "GET /api/profile": () => json(alice) });
  open("/staff/findings");

  expect(await screen.findByRole("heading", { name: "For staff" })).toBeTruthy();
  expect(screen.queryByRole("link", { name: "Needs attention" })).toBeNull();
});
