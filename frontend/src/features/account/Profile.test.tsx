import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Session, User } from "../../api/types";
import { credential, passkeys, shown } from "../../test/passkeys";
import { inTurn, json, leaving, open, problem, sent, shop } from "../../test/shop";
import { alice, listOf } from "../../test/things";

const at = "2026-05-04T10:00:00Z";
const soon = () => new Date(Date.now() + 600_000).toISOString();

const here: Session = {
  id: "s1",
  kind: "browser",
  device: "Firefox on Linux",
  address: "192.0.2.7",
  created_at: at,
  used_at: at,
  current: true,
};
const phone: Session = { ...here, id: "s2", device: "Safari on iPhone", current: false };
const demo = { name: "demo", label: "Demo", url: "/oauth/login/demo" };
const linked: User = {
  ...alice,
  identities: [{ provider: "demo", email: "a@demo.example", created_at: at }],
};

const confirmation = (more: object = {}) =>
  json({ until: soon(), password: true, passkey: false, providers: [], ...more });
const unconfirmed = (more: object = {}) => confirmation({ until: at, ...more });
const required = () => problem(403, "confirmation_required");

type Answers = Parameters<typeof shop>[0];

/** Alice's account, signed in to in this browser and on a phone. */
const account = (answers: Answers = {}) =>
  shop({
    "GET /api/profile": () => json(alice),
    "GET /api/profile/confirm": () => confirmation(),
    "GET /api/profile/sessions": () => json(listOf(here, phone)),
    "GET /api/providers": () => json([demo]),
    ...answers,
  });

const bodyOf = (requests: Request[], call: string) => sent(requests, call).at(-1)?.json();
const button = (name: string | RegExp) => screen.findByRole("button", { name });
const region = (name: string) => screen.findByRole("region", { name });

test("sessions show device, address and which one is this browser", async () => {
  account();
  open("/profile");

  const sessions = await region("Where you are signed in");
  const [own, other] = await within(sessions).findAllByRole("listitem");

  expect(own?.textContent).toMatch(/Firefox on Linux.*This browser.*192\.0\.2\.7/);
  expect(within(own as HTMLElement).queryByRole("button")).toBeNull();
  expect(other?.textContent).toMatch(/Safari on iPhone/);
});

test("one other session is ended, and the list is read again", async () => {
  const requests = account({
    "GET /api/profile/sessions": inTurn(
      () => json(listOf(here, phone)),
      () => json(listOf(here)),
    ),
    "DELETE /api/profile/sessions/s2": () => json({ done: true }),
  });
  const { user } = open("/profile");

  await user.click(await button("Sign out Safari on iPhone"));

  await waitFor(() => expect(screen.queryByText("Safari on iPhone")).toBeNull());
  expect(sent(requests, "DELETE /api/profile/sessions/s2")).toHaveLength(1);
  expect(screen.queryByRole("button", { name: "Sign out everywhere else" })).toBeNull();
});

test("all other sessions are ended at once", async () => {
  const requests = account({ "DELETE /api/profile/sessions": () => json({ ended: 1 }) });
  const { user } = open("/profile");

  await user.click(await button("Sign out everywhere else"));

  await waitFor(() => expect(sent(requests, "DELETE /api/profile/sessions")).toHaveLength(1));
});

test("sessions that cannot be loaded say so and are tried again", async () => {
  account({
    "GET /api/profile/sessions": inTurn(
      () => problem(500, "internal_server_error"),
      () => json(listOf(here)),
    ),
  });
  const { user } = open("/profile");
  const sessions = await region("Where you are signed in");

  await user.click(await within(sessions).findByRole("button", { name: "Try again" }));

  await within(sessions).findByText("Firefox on Linux");
});

test("the password is changed by the current one, and the form is empty again", async () => {
  const requests = account({ "POST /api/profile/password": () => json({ done: true }) });
  const { user } = open("/profile");

  await user.type(await screen.findByLabelText("Current password"), "the old one");
  await user.type(screen.getByLabelText("New password"), "a whole new password");
  await user.click(await button("Change the password"));

  await screen.findByText(/signed out everywhere else/);
  expect(await bodyOf(requests, "POST /api/profile/password")).toEqual({
    current_password: "the old one",
    new_password: "a whole new password",
  });
  expect((screen.getByLabelText("New password") as HTMLInputElement).value).toBe("");
});

test("a password manager learns whose password is changed", async () => {
  account();
  open("/profile#password");

  const password = await screen.findByLabelText("New password");
  const form = password.closest("form");
  const name = form?.querySelector<HTMLInputElement>("input[autocomplete=username]");

  expect(name?.value).toBe("alice");
  expect(name?.hidden).toBe(true);
  expect(document.getElementById("password")?.textContent).toBe("Password");
});

test("a wrong current password is said at its field, which takes the focus", async () => {
  account({ "POST /api/profile/password": () => problem(403, "wrong_password") });
  const { user } = open("/profile");

  await user.click(await button("Change the password"));

  const error = await screen.findByText("This is not your password.");
  const field = screen.getByLabelText("Current password");
  expect(field.getAttribute("aria-describedby")).toContain(error.id);
  expect(document.activeElement).toBe(field);
});

test("somebody without a password sets a first one", async () => {
  const requests = account({
    "GET /api/profile/confirm": () => confirmation({ password: false, providers: ["demo"] }),
    "POST /api/profile/password": () => json({ done: true }),
  });
  const { user } = open("/profile");

  await user.type(await screen.findByLabelText("New password"), "a whole new password");
  expect(screen.queryByLabelText("Current password")).toBeNull();
  await user.click(await button("Set the password"));

  await screen.findByText(/signed out everywhere else/);
  expect(await bodyOf(requests, "POST /api/profile/password")).toEqual({
    current_password: null,
    new_password: "a whole new password",
  });
});

test("another email asks for the password first, and is then saved", async () => {
  const requests = account({
    "PATCH /api/profile": inTurn(required, () => json({ ...alice, email: "new@example.org" })),
    "POST /api/profile/confirm": () => confirmation(),
  });
  const { user } = open("/profile");
  const email = await screen.findByLabelText("Email");
  await user.clear(email);
  await user.type(email, "new@example.org");
  await user.click(await button("Save"));

  const dialog = await screen.findByRole("dialog", { name: "Is it you?" });
  await user.type(await within(dialog).findByLabelText("Password"), "my password");
  await user.click(within(dialog).getByRole("button", { name: "Confirm" }));

  await screen.findByText("Saved.");
  expect(sent(requests, "PATCH /api/profile")).toHaveLength(2);
  expect(await bodyOf(requests, "POST /api/profile/confirm")).toEqual({
    password: "my password",
    code: null,
  });
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("an address that is not verified gets the mail again", async () => {
  const requests = account({
    "GET /api/profile": () => json({ ...alice, email_verified: false }),
    "POST /api/profile/email/verification": () => json({ done: true }, 202),
  });
  const { user } = open("/profile");

  await user.click(await button("Send the mail with the link again"));

  await screen.findByText("It is on its way.");
  expect(sent(requests, "POST /api/profile/email/verification")).toHaveLength(1);
});

test("whoever does not confirm changes nothing, and is told so", async () => {
  const requests = account({ "PATCH /api/profile": required });
  const { user } = open("/profile");
  await user.click(await button("Save"));

  await user.click(await button("Not now"));

  expect((await screen.findByRole("alert")).textContent).toMatch(/did not confirm/);
  expect(sent(requests, "PATCH /api/profile")).toHaveLength(1);
});

test("a wrong password does not confirm, and the question stays", async () => {
  account({
    "PATCH /api/profile": required,
    "POST /api/profile/confirm": () => problem(403, "wrong_password"),
  });
  const { user } = open("/profile");
  await user.click(await button("Save"));
  const dialog = await screen.findByRole("dialog");

  await user.type(await within(dialog).findByLabelText("Password"), "no");
  await user.click(within(dialog).getByRole("button", { name: "Confirm" }));

  expect((await within(dialog).findByRole("alert")).textContent).toMatch(/not your password/);
});

test("a second factor is asked for where there is one", async () => {
  const requests = account({
    "PATCH /api/profile": inTurn(required, () => json(alice)),
    "POST /api/profile/confirm": inTurn(
      () => problem(403, "second_factor_required"),
      () => problem(422, "invalid_code"),
      () => confirmation(),
    ),
  });
  const { user } = open("/profile");
  await user.click(await button("Save"));
  const dialog = await screen.findByRole("dialog");
  await user.type(await within(dialog).findByLabelText("Password"), "my password");
  const confirm = () => user.click(within(dialog).getByRole("button", { name: "Confirm" }));

  await confirm();
  await user.type(await within(dialog).findByLabelText("Code"), "000000");
  await confirm();
  await within(dialog).findByText(/code is wrong/);
  await confirm();

  await screen.findByText("Saved.");
  expect(await bodyOf(requests, "POST /api/profile/confirm")).toEqual({
    password: "my password",
    code: "000000",
  });
});

test("a passkey confirms instead of the password, and what was wanted goes on", async () => {
  passkeys(shown);
  const requests = account({
    "GET /api/profile/confirm": () => unconfirmed({ passkey: true }),
    "PATCH /api/profile": inTurn(required, () => json(alice)),
    "POST /api/profile/confirm/challenge": () => json({ public_key: { challenge: "abc" } }),
    "POST /api/profile/confirm/passkey": () => confirmation({ passkey: true }),
  });
  const { user } = open("/profile");
  await user.click(await button("Save"));

  await user.click(await button("Confirm with a passkey"));

  await screen.findByText("Saved.");
  expect(await bodyOf(requests, "POST /api/profile/confirm/passkey")).toEqual({ credential });
  expect(sent(requests, "PATCH /api/profile")).toHaveLength(2);
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("a passkey that is not shown confirms nothing, and the question stays", async () => {
  passkeys(async () => {
    throw new DOMException("said no", "NotAllowedError");
  });
  const requests = account({
    "GET /api/profile/confirm": () => unconfirmed({ passkey: true }),
    "PATCH /api/profile": required,
    "POST /api/profile/confirm/challenge": () => json({ public_key: { challenge: "abc" } }),
  });
  const { user } = open("/profile");
  await user.click(await button("Save"));
  const dialog = await screen.findByRole("dialog");

  await user.click(await within(dialog).findByRole("button", { name: "Confirm with a passkey" }));

  expect((await within(dialog).findByRole("alert")).textContent).toMatch(/No passkey was shown/);
  expect(within(dialog).getByLabelText("Password")).toBeDefined();
  expect(sent(requests, "PATCH /api/profile")).toHaveLength(1);
});

test.each([
  ["the account has none", true, false],
  ["the browser keeps none", false, true],
])("no passkey is asked for where %s", async (_, browserKeeps, passkey) => {
  if (browserKeeps) passkeys(shown);
  account({
    "GET /api/profile/confirm": () => unconfirmed({ password: false, passkey }),
    "PATCH /api/profile": required,
  });
  const { user } = open("/profile");
  await user.click(await button("Save"));

  await screen.findByText(/Sign out and in again/);

  expect(screen.queryByRole("button", { name: "Confirm with a passkey" })).toBeNull();
});

test("somebody without a password confirms at their provider", async () => {
  account({
    "GET /api/profile": () => json(linked),
    "GET /api/profile/confirm": () => unconfirmed({ password: false, providers: ["demo"] }),
    "PATCH /api/profile": required,
  });
  const { user } = open("/profile");
  await user.click(await button("Save"));

  const link = await screen.findByRole("link", { name: "Confirm with Demo" });

  expect(new URL((link as HTMLAnchorElement).href).pathname).toBe("/oauth/login/demo");
  expect(new URL((link as HTMLAnchorElement).href).searchParams.get("next")).toBe("/profile");
});

test("linking leaves for the provider", async () => {
  account();
  const assign = leaving();
  const { user } = open("/profile");

  await user.click(await button("Link Demo"));

  await waitFor(() => expect(assign).toHaveBeenCalledOnce());
  expect(assign.mock.calls[0]?.[0]).toMatch(/\/oauth\/login\/demo\?next=%2Fprofile$/);
});

test("linking asks who is there before it leaves", async () => {
  account({
    "GET /api/profile/confirm": inTurn(
      () => unconfirmed(),
      () => unconfirmed(),
      () => confirmation(),
    ),
    "POST /api/profile/confirm": () => confirmation(),
  });
  const assign = leaving();
  const { user } = open("/profile");
  await user.click(await button("Link Demo"));

  const dialog = await screen.findByRole("dialog", { name: "Is it you?" });
  expect(assign).not.toHaveBeenCalled();
  await user.type(await within(dialog).findByLabelText("Password"), "my password");
  await user.click(within(dialog).getByRole("button", { name: "Confirm" }));

  await waitFor(() => expect(assign).toHaveBeenCalledOnce());
});

test("an account elsewhere is unlinked after a question", async () => {
  const requests = account({
    "GET /api/profile": inTurn(
      () => json(linked),
      () => json(alice),
    ),
    "DELETE /api/profile/identities/demo": () => json(alice),
  });
  const { user } = open("/profile");

  await user.click(await button("Unlink Demo"));
  expect(sent(requests, "DELETE /api/profile/identities/demo")).toHaveLength(0);
  await user.click(await button("Unlink it"));

  await button("Link Demo");
});

test("the last way in stays, and the page says why", async () => {
  account({
    "GET /api/profile": () => json(linked),
    "DELETE /api/profile/identities/demo": () => problem(409, "last_sign_in_method"),
  });
  const { user } = open("/profile");

  await user.click(await button("Unlink Demo"));
  await user.click(await button("Unlink it"));

  expect((await screen.findByRole("alert")).textContent).toMatch(/only way to sign in/);
});

test("a provider that is down cannot be linked, and the sign-in page disables it alone", async () => {
  const providers = [
    { ...demo, available: false },
    { name: "other", label: "Other", url: "/x" },
  ];
  account({ "GET /api/providers": () => json(providers) });
  open("/profile");

  expect((await button("Link Demo")).hasAttribute("disabled")).toBe(true);
  expect((await button("Link Other")).hasAttribute("disabled")).toBe(false);
});

test.each([
  ["identity_taken", /belongs to somebody else/],
  ["provider_linked", /Unlink that one first/],
  ["confirmation_required", /nothing was changed/],
  ["link_elsewhere", /Another site/],
  ["oauth_denied", /said no/],
  ["anything_else", /did not work/],
])("a link that failed with %s is said in words on the profile", async (code, words) => {
  account();
  const { path } = open(`/sign-in?error=${code}`);

  expect((await screen.findByRole("alert")).textContent).toMatch(words);
  expect(path()).toBe(`/profile?error=${code}`);
});

test("closing the account asks first, and then nobody is signed in", async () => {
  const requests = account({
    "DELETE /api/profile": () => json({ done: true }),
    "GET /api/items": () => json(listOf()),
  });
  const { user, path } = open("/profile");

  await user.click(await button("Close my account"));
  expect(sent(requests, "DELETE /api/profile")).toHaveLength(0);
  await user.click(await button("Close it"));

  await screen.findByRole("link", { name: "Sign in" });
  await waitFor(() => expect(path()).toBe("/"));
});

test("signing out leads to the items", async () => {
  account({
    "DELETE /api/session": () => json({ done: true }),
    "GET /api/items": () => json(listOf()),
  });
  const { user, path } = open("/profile");

  await user.click(await button("Sign out"));

  await waitFor(() => expect(path()).toBe("/"));
});
