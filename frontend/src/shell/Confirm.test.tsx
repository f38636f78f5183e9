import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { alice } from "../test/accounts";
import { inTurn, json, problem, sent } from "../test/fakeApi";
import { open } from "../test/open";
import {
  aliceAccount,
  bodyOf,
  button,
  confirmation,
  confirmationRequired,
  linked,
  unconfirmed,
} from "../test/profile";

test("another email asks for the password first, and is then saved", async () => {
  const requests = aliceAccount({
    "PATCH /api/profile": inTurn(confirmationRequired, () =>
      json({ ...alice, email: "new@example.org" }),
    ),
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

test("a user who does not confirm changes nothing, and is told so", async () => {
  const requests = aliceAccount({ "PATCH /api/profile": confirmationRequired });
  const { user } = open("/profile");
  await user.click(await button("Save"));

  await user.click(await button("Not now"));

  expect((await screen.findByRole("alert")).textContent).toMatch(/did not confirm/);
  expect(sent(requests, "PATCH /api/profile")).toHaveLength(1);
});

test("a wrong password does not confirm, and the question stays", async () => {
  aliceAccount({
    "PATCH /api/profile": confirmationRequired,
    "POST /api/profile/confirm": () => problem(403, "wrong_password"),
  });
  const { user } = open("/profile");
  await user.click(await button("Save"));
  const dialog = await screen.findByRole("dialog");

  await user.type(await within(dialog).findByLabelText("Password"), "no");
  await user.click(within(dialog).getByRole("button", { name: "Confirm" }));

  expect((await within(dialog).findByRole("alert")).textContent).toMatch(/not your password/);
});

test("a user without a password confirms at their provider", async () => {
  aliceAccount({
    "GET /api/profile": () => json(linked),
    "GET /api/profile/confirm": () => unconfirmed({ password: false, providers: ["demo"] }),
    "PATCH /api/profile": confirmationRequired,
  });
  const { user } = open("/profile");
  await user.click(await button("Save"));

  const link = await screen.findByRole("link", { name: "Confirm with Demo" });

  expect(new URL((link as HTMLAnchorElement).href).pathname).toBe("/oauth/login/demo");
  expect(new URL((link as HTMLAnchorElement).href).searchParams.get("next")).toBe("/profile");
});
