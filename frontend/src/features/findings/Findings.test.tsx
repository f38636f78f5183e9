import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { alice, sam } from "../../test/accounts";
import { fakeApi, inTurn, json, listOf, problem, sent } from "../../test/fakeApi";
import { open } from "../../test/open";

const findings = "GET /api/findings";
const staff = { "GET /api/profile": () => json(sam) };
const at = "2026-05-04T10:00:00Z";
const dispute = {
  id: "d1",
  found_at: at,
  kind: "dispute",
  subject: "dp_1",
  words: "18.50 EUR are disputed: answer at the provider.",
  order_id: 5,
};
const stock = {
  id: "s1",
  found_at: at,
  kind: "stock_differs",
  subject: "7",
  words: "2 are held.",
  order_id: null,
};
const close = "POST /api/findings/s1/close";
const closed = {
  ...stock,
  reason: "Counted: all is there.",
  closed_by: "sam",
  closed_at: at,
};

test("staff find what needs attention from any page, with a link to its order", async () => {
  fakeApi({ ...staff, [findings]: () => json([dispute, stock]), "GET /api/items": () => json([]) });
  const { user } = open("/staff/items");

  await user.click(await screen.findByRole("link", { name: "Needs attention" }));

  await screen.findByText(/18.50 EUR are disputed/);
  const links = screen.getAllByRole("link", { name: /^To the order/ });
  expect(links.map((link) => link.getAttribute("href"))).toEqual(["/orders/5"]);
  expect(screen.getByText("Stock that does not add up")).toBeTruthy();
});

test("a kind that the page does not know is shown as it is", async () => {
  fakeApi({ ...staff, [findings]: () => json([{ ...stock, kind: "new_kind" }]) });
  open("/staff/findings");

  expect(await screen.findByRole("heading", { name: "new_kind" })).toBeTruthy();
});

test("where nothing is wrong, the page says so", async () => {
  fakeApi({ ...staff, [findings]: () => json([]) });
  open("/staff/findings");

  expect(await screen.findByText("All is in line")).toBeTruthy();
});

test("findings that do not load are not taken for none", async () => {
  fakeApi({
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

test("staff close a finding with a reason, and it is gone from the list", async () => {
  const requests = fakeApi({
    ...staff,
    [findings]: inTurn(
      () => json([stock]),
      () => json([]),
    ),
    [close]: () => json(closed),
  });
  const { user } = open("/staff/findings");

  await user.click(await screen.findByRole("button", { name: /^Close: 2 are held/ }));
  await user.type(screen.getByLabelText("What was done about it"), " Counted: all is there. ");
  await user.click(screen.getByRole("button", { name: "Close it", hidden: true }));

  expect(await screen.findByText("All is in line")).toBeTruthy();
  expect(await sent(requests, close)[0]?.json()).toEqual({ reason: "Counted: all is there." });
});

test("without a reason nothing is closed", async () => {
  const requests = fakeApi({
    ...staff,
    [findings]: () => json([stock]),
    [close]: () => json(closed),
  });
  const { user } = open("/staff/findings");

  await user.click(await screen.findByRole("button", { name: /^Close: / }));
  await user.type(screen.getByLabelText("What was done about it"), "  ");
  await user.click(screen.getByRole("button", { name: "Close it", hidden: true }));

  expect(await screen.findByText("Say what was done about it.")).toBeTruthy();
  expect(sent(requests, close)).toHaveLength(0);
});

test("an attempt that may still be paid is not closed, and the page says until when", async () => {
  const attempt = { ...stock, kind: "attempt" };
  const detail = "It can still be paid until 2026-05-05 10:00 UTC.";
  fakeApi({
    ...staff,
    [findings]: () => json([attempt]),
    [close]: () => problem(409, "session_may_be_paid", { detail }),
  });
  const { user } = open("/staff/findings");

  await user.click(await screen.findByRole("button", { name: /^Close: / }));
  expect(screen.getByText(/The attempt is given up/)).toBeTruthy();
  await user.type(screen.getByLabelText("What was done about it"), "Changed the key.");
  await user.click(screen.getByRole("button", { name: "Close it", hidden: true }));

  expect(await screen.findByText(detail)).toBeTruthy();
});

test("what was closed is there to be read, with who and why", async () => {
  fakeApi({
    ...staff,
    [findings]: () => json([]),
    "GET /api/findings/closed": () => json(listOf(closed)),
  });
  const { user } = open("/staff/findings");

  await user.click(await screen.findByText("Closed"));

  const list = await screen.findByRole("list", { name: "Closed findings", hidden: true });
  expect(list.textContent).toMatch(/2 are held.*Counted: all is there.*sam/);
});

test("customers see no findings, and no link to them", async () => {
  fakeApi({ "GET /api/profile": () => json(alice) });
  open("/staff/findings");

  expect(await screen.findByRole("heading", { name: "For staff" })).toBeTruthy();
  expect(screen.queryByRole("link", { name: "Needs attention" })).toBeNull();
});
