import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { alice } from "../../test/accounts";
import { inTurn, json, sent } from "../../test/fakeApi";
import { open } from "../../test/open";
import {
  aliceAccount,
  bodyOf,
  button,
  confirmation,
  confirmationRequired,
  unconfirmed,
} from "../../test/profile";
import { answers, credential, fakeDevice, refuses } from "./fakeDevice";

test("a passkey confirms instead of the password, and what was wanted goes on", async () => {
  fakeDevice(answers);
  const requests = aliceAccount({
    "GET /api/profile/confirm": () => unconfirmed({ passkey: true }),
    "PATCH /api/profile": inTurn(confirmationRequired, () => json(alice)),
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
  fakeDevice(refuses);
  const requests = aliceAccount({
    "GET /api/profile/confirm": () => unconfirmed({ passkey: true }),
    "PATCH /api/profile": confirmationRequired,
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
  if (browserKeeps) fakeDevice(answers);
  aliceAccount({
    "GET /api/profile/confirm": () => unconfirmed({ password: false, passkey }),
    "PATCH /api/profile": confirmationRequired,
  });
  const { user } = open("/profile");
  await user.click(await button("Save"));

  await screen.findByText(/Sign out and in again/);

  expect(screen.queryByRole("button", { name: "Confirm with a passkey" })).toBeNull();
});
