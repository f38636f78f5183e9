import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import type { TrailEntry } from "../../api/types";
import { alice, sam } from "../../test/accounts";
import { fakeApi, inTurn, json, listOf, problem, sent } from "../../test/fakeApi";
import { open } from "../../test/open";
import { confirmation, confirmationRequired, demo, unconfirmed } from "../../test/profile";

const entry: TrailEntry = {
  id: 9,
  at: "2026-05-04T10:00:00Z",
  action: "role_changed",
  actor: { id: 2, username: "sam" },
  address: "192.0.2.7",
  details: { before: "customer", after: "staff" },
};

const staff = {
  "GET /api/profile": () => json(sam),
  "GET /api/users": () => json(listOf(sam)),
  "GET /api/users/1": () => json(alice),
  "GET /api/users/1/trail": () => json(listOf()),
};
const change = "PATCH /api/users/1";

test.each([
  ["Make staff", { role: "staff" }, { ...alice, role: "staff" }, "They are staff now."],
  ["Deactivate", { active: false }, { ...alice, active: false }, "They are deactivated now."],
])("%s asks first, and says what it did", async (label, body, after, told) => {
  const requests = fakeApi({
    ...staff,
    "GET /api/users/1": inTurn(
      () => json(alice),
      () => json(after),
    ),
    [change]: () => json(after),
  });
  const { user } = open("/staff/users/1");

  await user.click(await screen.findByRole("button", { name: label }));
  expect(sent(requests, change)).toHaveLength(0);
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: label }));

  expect(await screen.findByText(told)).toBeTruthy();
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(await sent(requests, change)[0]?.json()).toEqual(body);
});

test("an action asks for the password where it has been a while, and is then carried out", async () => {
  const requests = fakeApi({
    ...staff,
    "GET /api/profile/confirm": () => unconfirmed(),
    "POST /api/profile/confirm": () => confirmation(),
    [change]: inTurn(confirmationRequired, () => json({ ...alice, role: "staff" })),
  });
  const { user } = open("/staff/users/1");
  await user.click(await screen.findByRole("button", { name: "Make staff" }));
  const question = screen.getByRole("dialog", { name: /Make alice staff/ });
  await user.click(within(question).getByRole("button", { name: "Make staff" }));

  const dialog = await screen.findByRole("dialog", { name: "Is it you?" });
  await user.type(await within(dialog).findByLabelText("Password"), "my password");
  await user.click(within(dialog).getByRole("button", { name: "Confirm" }));

  expect(await screen.findByText("They are staff now.")).toBeTruthy();
  expect(await sent(requests, change)[1]?.json()).toEqual({ role: "staff" });
});

test("what was to be confirmed is dropped where the page is left", async () => {
  const requests = fakeApi({
    ...staff,
    "GET /api/profile/confirm": () => unconfirmed(),
    [change]: confirmationRequired,
  });
  const { user } = open("/staff/users/1");
  await user.click(await screen.findByRole("button", { name: "Save" }));
  await screen.findByRole("dialog", { name: "Is it you?" });

  await user.click(screen.getByRole("link", { name: "Users", hidden: true }));

  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(sent(requests, change)).toHaveLength(1);
});

test("a provider that confirms leads back to the page where it was wanted", async () => {
  fakeApi({
    ...staff,
    "GET /api/profile/confirm": () => unconfirmed({ password: false, providers: ["demo"] }),
    "GET /api/providers": () => json([demo]),
    [change]: confirmationRequired,
  });
  const { user } = open("/staff/users/1");
  await user.click(await screen.findByRole("button", { name: "Save" }));

  const link = await screen.findByRole("link", { name: "Confirm with Demo" });
  expect(new URL((link as HTMLAnchorElement).href).searchParams.get("next")).toBe("/staff/users/1");
});

test("a no changes nothing", async () => {
  const requests = fakeApi(staff);
  const { user } = open("/staff/users/1");

  await user.click(await screen.findByRole("button", { name: "Deactivate" }));
  await user.click(screen.getByRole("button", { name: "Leave it" }));

  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(sent(requests, change)).toHaveLength(0);
});

test("that the shop needs staff is said in the question, and not the next time", async () => {
  fakeApi({ ...staff, [change]: () => problem(409, "last_staff") });
  const { user } = open("/staff/users/1");

  await user.click(await screen.findByRole("button", { name: "Deactivate" }));
  const dialog = screen.getByRole("dialog");
  await user.click(within(dialog).getByRole("button", { name: "Deactivate" }));

  expect((await within(dialog).findByRole("alert")).textContent).toMatch(/no staff left/);
  await user.click(within(dialog).getByRole("button", { name: "Leave it" }));
  await user.click(screen.getByRole("button", { name: "Deactivate" }));
  expect(within(screen.getByRole("dialog")).queryByRole("alert")).toBeNull();
});

test("a user is signed out everywhere", async () => {
  const end = "DELETE /api/users/1/sessions";
  const requests = fakeApi({ ...staff, [end]: () => json({ signed_out: true }) });
  const { user } = open("/staff/users/1");

  await user.click(await screen.findByRole("button", { name: "Sign out everywhere" }));
  const dialog = screen.getByRole("dialog");
  await user.click(within(dialog).getByRole("button", { name: "Sign out everywhere" }));

  expect(await screen.findByText("They are signed in nowhere now.")).toBeTruthy();
  expect(sent(requests, end)).toHaveLength(1);
});

test("a deleted user is not asked for again, and the page goes back to the list", async () => {
  const requests = fakeApi({ ...staff, "DELETE /api/users/1": () => json({ deleted: true }) });
  const { user, path } = open("/staff/users/1");

  await user.click(await screen.findByRole("button", { name: "Delete" }));
  await user.click(screen.getByRole("button", { name: "Delete for good" }));

  await waitFor(() => expect(path()).toBe("/staff/users"));
  await screen.findByRole("link", { name: "sam" });
  expect(sent(requests, "GET /api/users/1")).toHaveLength(1);
});

test("of name and email only what was edited is sent", async () => {
  const requests = fakeApi({ ...staff, [change]: () => json({ ...alice, name: "Alice" }) });
  const { user } = open("/staff/users/1");

  await user.type(await screen.findByLabelText("Name"), "Alice");
  await user.click(screen.getByRole("button", { name: "Save" }));

  expect(await screen.findByText("Saved.")).toBeTruthy();
  expect(await sent(requests, change)[0]?.json()).toEqual({ name: "Alice" });
});

test("the trail says in words who did what, and from where", async () => {
  fakeApi({
    ...staff,
    "GET /api/users/1/trail": () =>
      json(
        listOf(
          entry,
          { ...entry, id: 8, action: "sign_in", actor: { id: 1, username: "alice" }, details: {} },
          { ...entry, id: 7, actor: null, address: null, details: { by: "command line" } },
          {
            ...entry,
            id: 6,
            action: "new_thing" as never,
            actor: null,
            address: null,
            details: {},
          },
          { ...entry, id: 5, action: "deactivated", actor: { id: 4, username: "closed:4" } },
        ),
      ),
  });
  open("/staff/users/1");

  const trail = await screen.findByRole("region", { name: "What happened" });
  await within(trail).findAllByRole("listitem");
  const said = within(trail)
    .getAllByRole("listitem")
    .map((each) => each.textContent?.replace(each.querySelector("time")?.textContent ?? "", ""));
  expect(said).toEqual([
    "Made staff, was a customer · by sam · from 192.0.2.7",
    "Signed in · by themselves · from 192.0.2.7",
    "Role changed · at the command line",
    "new thing · not signed in",
    "Deactivated · by a user who has left · from 192.0.2.7",
  ]);
});

test("a user who is not there is said in words", async () => {
  fakeApi({ ...staff, "GET /api/users/1": () => problem(404, "not_found") });
  open("/staff/users/1");

  expect((await screen.findByRole("alert")).textContent).toMatch(/not here/);
});
