import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { alice } from "../../test/accounts";
import { inTurn, json, problem, sent } from "../../test/fakeApi";
import { leaving, open } from "../../test/open";
import { aliceAccount, button, confirmation, demo, linked, unconfirmed } from "../../test/profile";

test("linking leaves for the provider", async () => {
  aliceAccount();
  const assign = leaving();
  const { user } = open("/profile");

  await user.click(await button("Link Demo"));

  await waitFor(() => expect(assign).toHaveBeenCalledOnce());
  expect(assign.mock.calls[0]?.[0]).toMatch(/\/oauth\/login\/demo\?next=%2Fprofile$/);
});

test("linking asks for a confirmation before it leaves", async () => {
  aliceAccount({
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
  const requests = aliceAccount({
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

test("the last sign-in method stays, and the page says why", async () => {
  aliceAccount({
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
  aliceAccount({ "GET /api/providers": () => json(providers) });
  open("/profile");

  expect((await button("Link Demo")).hasAttribute("disabled")).toBe(true);
  expect((await button("Link Other")).hasAttribute("disabled")).toBe(false);
});

test.each([
  ["identity_taken", /belongs to another user/],
  ["provider_linked", /Unlink that one first/],
  ["confirmation_required", /nothing was changed/],
  ["link_elsewhere", /Another site/],
  ["oauth_denied", /said no/],
  ["anything_else", /did not work/],
])("a link that failed with %s is said in words on the profile", async (code, words) => {
  aliceAccount();
  const { path } = open(`/sign-in?error=${code}`);

  expect((await screen.findByRole("alert")).textContent).toMatch(words);
  expect(path()).toBe(`/profile?error=${code}`);
});
