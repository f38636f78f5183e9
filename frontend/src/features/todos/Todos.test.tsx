import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Todo } from "../../api/types";
import { alice, sam } from "../../test/accounts";
import { fakeApi, inTurn, json, listOf, problem, sent } from "../../test/fakeApi";
import { open } from "../../test/open";

const todo: Todo = { id: 3, title: "Water the plant", done: false, order_id: null };
const signedIn = { "GET /api/profile": () => json(alice) };
const box = () =>
  screen.findByRole("checkbox", { name: "Water the plant" }) as Promise<HTMLInputElement>;

test("a to-do is added, and the field is empty for the next one", async () => {
  const requests = fakeApi({
    ...signedIn,
    "GET /api/todos": inTurn(
      () => json(listOf()),
      () => json(listOf(todo)),
    ),
    "POST /api/todos": () => json(todo, 201),
  });
  const { user } = open("/todos");

  const field = await screen.findByLabelText("What is to be done?");
  await user.type(field, "Water the plant{Enter}");

  await box();
  expect(await sent(requests, "POST /api/todos")[0]?.json()).toEqual({
    title: "Water the plant",
    done: false,
  });
  expect((field as HTMLInputElement).value).toBe("");
  expect(document.activeElement).toBe(field);
});

test("ticking shows at once and is kept", async () => {
  const requests = fakeApi({
    ...signedIn,
    "GET /api/todos": inTurn(
      () => json(listOf(todo)),
      () => json(listOf({ ...todo, done: true })),
    ),
    "PATCH /api/todos/3": () => json({ ...todo, done: true }),
  });
  const { user } = open("/todos");

  await user.click(await box());

  await waitFor(async () => expect((await box()).checked).toBe(true));
  expect(await sent(requests, "PATCH /api/todos/3")[0]?.json()).toMatchObject({ done: true });
});

test("a tick that fails is taken back and said in words", async () => {
  fakeApi({
    ...signedIn,
    "GET /api/todos": () => json(listOf(todo)),
    "PATCH /api/todos/3": () => problem(500, "internal_server_error"),
  });
  const { user } = open("/todos");

  await user.click(await box());

  expect((await screen.findByRole("alert")).textContent).toMatch(/went wrong/);
  expect((await box()).checked).toBe(false);
});

test("a to-do is renamed", async () => {
  const requests = fakeApi({
    ...signedIn,
    "GET /api/todos": () => json(listOf(todo)),
    "PATCH /api/todos/3": () => json(todo),
  });
  const { user } = open("/todos");

  await user.click(await screen.findByRole("button", { name: "Rename Water the plant" }));
  expect(document.activeElement).toBe(screen.getByLabelText("New name"));
  await user.keyboard("s{Enter}");

  await waitFor(() => expect(sent(requests, "PATCH /api/todos/3")).toHaveLength(1));
  expect(await sent(requests, "PATCH /api/todos/3")[0]?.json()).toMatchObject({
    title: "Water the plants",
  });
});

test("a to-do is deleted", async () => {
  fakeApi({
    ...signedIn,
    "GET /api/todos": inTurn(
      () => json(listOf(todo)),
      () => json(listOf()),
    ),
    "DELETE /api/todos/3": () => json({ deleted: true }),
  });
  const { user } = open("/todos");

  await user.click(await screen.findByRole("button", { name: "Delete Water the plant" }));

  expect(await screen.findByText("Nothing to do")).toBeTruthy();
});

test("an order's to-do leads to the order and is not ticked here", async () => {
  const handOver = { ...todo, id: 4, title: "Hand over order 1005", order_id: 5 };
  fakeApi({ "GET /api/profile": () => json(sam), "GET /api/todos": () => json(listOf(handOver)) });
  open("/todos");

  const link = await screen.findByRole("link", { name: "Hand over order 1005" });

  expect(link.getAttribute("href")).toBe("/orders/5");
  expect(screen.queryByRole("checkbox")).toBeNull();
});

test("an order's to-do says who gets it, where it goes and what they wrote", async () => {
  const handOver: Todo = {
    ...todo,
    title: "Hand over order 1005",
    order_id: 5,
    buyer: { id: 1, username: "alice", name: "Alice Archer", email: "alice@example.org" },
    note: "Please knock twice.",
    phone: "+49 30 1234567",
    shipping_address: {
      name: "Alice Archer",
      line1: "1 Quay",
      line2: null,
      postal_code: "12345",
      city: "Harbour",
      state: null,
      country: "DE",
    },
  };
  fakeApi({ "GET /api/profile": () => json(sam), "GET /api/todos": () => json(listOf(handOver)) });
  open("/todos");

  const row = (await screen.findByRole("link", { name: "Hand over order 1005" })).closest("li");

  for (const words of [
    "For Alice Archer · alice@example.org",
    "+49 30 1234567 · Alice Archer, 1 Quay, 12345, Harbour, DE",
    "Please knock twice.",
  ])
    expect(row?.textContent).toContain(words);
});
