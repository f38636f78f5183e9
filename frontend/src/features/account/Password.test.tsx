import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { json, problem } from "../../test/fakeApi";
import { open } from "../../test/open";
import { aliceAccount, bodyOf, button, confirmation } from "../../test/profile";

test("the password is changed by the current one, and the form is empty again", async () => {
  const requests = aliceAccount({ "POST /api/profile/password": () => json({ done: true }) });
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
  aliceAccount();
  open("/profile#password");

  const password = await screen.findByLabelText("New password");
  const form = password.closest("form");
  const name = form?.querySelector<HTMLInputElement>("input[autocomplete=username]");

  expect(name?.value).toBe("alice");
  expect(name?.hidden).toBe(true);
  expect(document.getElementById("password")?.textContent).toBe("Password");
});

test("a wrong current password is said at its field, which takes the focus", async () => {
  aliceAccount({ "POST /api/profile/password": () => problem(403, "wrong_password") });
  const { user } = open("/profile");

  await user.click(await button("Change the password"));

  const error = await screen.findByText("This is not your password.");
  const field = screen.getByLabelText("Current password");
  expect(field.getAttribute("aria-describedby")).toContain(error.id);
  expect(document.activeElement).toBe(field);
});

test("a user without a password sets a first one", async () => {
  const requests = aliceAccount({
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
