import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { alice, sam } from "../../test/accounts";
import { fakeApi, inTurn, json, listOf, problem, sent } from "../../test/fakeApi";
import { open } from "../../test/open";

const staff = { "GET /api/profile": () => json(sam) };
const list = "GET /api/users";
const query = (request?: Request) =>
  request && Object.fromEntries(new URL(request.url).searchParams);

test("staff find users by words and role, and the address keeps the search", async () => {
  const requests = fakeApi({ ...staff, [list]: () => json(listOf(alice, sam)) });
  const { user, path } = open("/profile");

  await user.click(await screen.findByRole("link", { name: "Users" }));
  await user.type(await screen.findByLabelText("Username, name or email"), " ali {Enter}");
  await waitFor(() => expect(path()).toBe("/staff/users?q=ali"));
  await user.selectOptions(screen.getByLabelText("Role"), "Staff");
  await user.click(screen.getByRole("button", { name: "Search" }));

  await waitFor(() => expect(path()).toBe("/staff/users?q=ali&role=staff"));
  await waitFor(() =>
    expect(query(sent(requests, list).at(-1))).toEqual({
      q: "ali",
      role: "staff",
      page: "1",
      per_page: "20",
    }),
  );
});

test("who runs the shop and who is deactivated is seen in the list", async () => {
  fakeApi({ ...staff, [list]: () => json(listOf({ ...alice, active: false }, sam)) });
  open("/staff/users");

  const rows = await screen.findAllByRole("listitem");
  expect(rows.map((row) => row.textContent)).toEqual([
    "alicealice@example.orgDeactivated",
    "samalice@example.orgStaff",
  ]);
});

test("a search without a result leads back to all users", async () => {
  fakeApi({ ...staff, [list]: () => json(listOf()) });
  const { user, path } = open("/staff/users?q=zzz&role=nonsense");

  await user.click(await screen.findByRole("link", { name: "Show all users" }));

  expect(path()).toBe("/staff/users");
});

test("users that do not load can be asked for again", async () => {
  fakeApi({
    ...staff,
    [list]: inTurn(
      () => problem(503, "unavailable"),
      () => json(listOf(alice)),
    ),
  });
  const { user } = open("/staff/users");

  await user.click(await screen.findByRole("button", { name: "Try again" }));

  expect(await screen.findByRole("link", { name: "alice" })).toBeTruthy();
});

test("a long list has a second page, which keeps the search", async () => {
  fakeApi({ ...staff, [list]: () => json({ ...listOf(alice), total: 41 }) });
  const { user, path } = open("/staff/users?q=a");

  await user.click(await screen.findByRole("link", { name: "Next" }));

  await waitFor(() => expect(path()).toBe("/staff/users?q=a&page=2"));
});

test("customers see neither the users nor a link to them", async () => {
  fakeApi({ "GET /api/profile": () => json(alice) });
  open("/staff/users");

  expect(await screen.findByRole("heading", { name: "For staff" })).toBeTruthy();
  expect(screen.queryByRole("link", { name: "Users" })).toBeNull();
});

test("what is left empty for a new user is not sent as text", async () => {
  const requests = fakeApi({
    ...staff,
    "POST /api/users": () => json(alice, 201),
    "GET /api/users/1": () => json(alice),
    "GET /api/users/1/trail": () => json(listOf()),
  });
  const { user, path } = open("/staff/users/new");

  await user.type(await screen.findByLabelText("Username"), "alice");
  await user.selectOptions(screen.getByLabelText("Role"), "Staff, who run the shop");
  await user.click(screen.getByRole("button", { name: "Make the account" }));

  await waitFor(() => expect(path()).toBe("/staff/users/1"));
  expect(await sent(requests, "POST /api/users")[0]?.json()).toEqual({
    username: "alice",
    name: null,
    email: null,
    password: null,
    role: "staff",
  });
});

test("what is wrong with a new user is said at its field", async () => {
  const errors = [{ field: "password", message: "Use at least 15 characters." }];
  fakeApi({ ...staff, "POST /api/users": () => problem(422, "invalid_input", { errors }) });
  const { user } = open("/staff/users/new");

  await user.type(await screen.findByLabelText("Username"), "bob");
  await user.type(screen.getByLabelText("Password"), "short");
  await user.click(screen.getByRole("button", { name: "Make the account" }));

  expect(await screen.findByText("Use at least 15 characters.")).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByLabelText("Password"));
});
