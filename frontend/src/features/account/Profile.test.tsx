import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { alice } from "../../test/accounts";
import { json, sent } from "../../test/fakeApi";
import { open, VISITOR_START } from "../../test/open";
import { aliceAccount, button } from "../../test/profile";

test("an address that is not verified gets the mail again", async () => {
  const requests = aliceAccount({
    "GET /api/profile": () => json({ ...alice, email_verified: false }),
    "POST /api/profile/email/verification": () => json({ done: true }, 202),
  });
  const { user } = open("/profile");

  await user.click(await button("Send the mail with the link again"));

  await screen.findByText("It is on its way.");
  expect(sent(requests, "POST /api/profile/email/verification")).toHaveLength(1);
});

test("closing the account asks first, and then signs out", async () => {
  const requests = aliceAccount({
    "DELETE /api/profile": () => json({ done: true }),
  });
  const { user, path } = open("/profile");

  await user.click(await button("Close my account"));
  expect(sent(requests, "DELETE /api/profile")).toHaveLength(0);
  await user.click(await button("Close it"));

  await screen.findByRole("link", { name: "Sign in" });
  await waitFor(() => expect(path()).toBe(VISITOR_START));
});

test("signing out leads to the start page, and asks for nothing more of the account", async () => {
  const requests = aliceAccount({
    "DELETE /api/session": () => json({ done: true }),
  });
  const { user, path } = open("/profile");
  const signOut = await button("Sign out");
  await waitFor(() => expect(sent(requests, "GET /api/profile/sessions")).toHaveLength(1));

  await user.click(signOut);

  await screen.findByRole("link", { name: "Sign in" });
  await waitFor(() => expect(path()).toBe(VISITOR_START));
  const after = requests.slice(requests.findIndex(({ method }) => method === "DELETE"));
  expect(after.filter(({ url }) => url.includes("/api/profile/"))).toEqual([]);
});
