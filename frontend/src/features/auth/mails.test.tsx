import { screen, waitFor } from "@testing-library/react";
import type { UserEvent as User } from "@testing-library/user-event";
import { expect, test } from "vitest";
import { alice } from "../../test/accounts";
import { fakeApi, inTurn, json, problem, sent, torn } from "../../test/fakeApi";
import { open } from "../../test/open";

test("a user who forgot the password is told where to look, whether there is an account or not", async () => {
  const requests = fakeApi({ "POST /api/password/forgot": () => json({ done: true }, 202) });
  const { user } = open("/sign-in");

  await user.click(await screen.findByRole("link", { name: "Forgot your password?" }));
  await user.type(await screen.findByLabelText("Email"), " alice@example.org ");
  await user.click(screen.getByRole("button", { name: "Send the link" }));

  await screen.findByRole("heading", { name: "Look into your mails" });
  expect(screen.getByRole("status").textContent).toMatch(/If an account has verified/);
  expect(await sent(requests, "POST /api/password/forgot")[0]?.json()).toEqual({
    email: "alice@example.org",
  });
});

test("a text that is no address is refused at its field", async () => {
  const errors = [{ field: "email", message: "This is no email address." }];
  fakeApi({ "POST /api/password/forgot": () => problem(422, "invalid_input", { errors }) });
  const { user } = open("/forgot-password");

  await user.click(await screen.findByRole("button", { name: "Send the link" }));

  await screen.findByText("This is no email address.");
  expect(document.activeElement).toBe(screen.getByLabelText("Email"));
});

const confirm = async (user: User) =>
  user.click(await screen.findByRole("button", { name: "Yes, this is my address" }));

test("opening the link of a mail sends nothing, as a mail scanner opens it too", async () => {
  const requests = fakeApi({});
  open("/verify-email?token=abc");

  await screen.findByRole("button", { name: "Yes, this is my address" });

  expect(sent(requests, "POST /api/email/verify")).toHaveLength(0);
});

test("pressing the button behind the link verifies the address, once", async () => {
  const requests = fakeApi({ "POST /api/email/verify": () => json({ done: true }) });
  const { user } = open("/verify-email?token=abc");

  await confirm(user);

  expect(await screen.findByText(/It is verified/)).toBeTruthy();
  const asked = sent(requests, "POST /api/email/verify");
  expect(asked).toHaveLength(1);
  expect(await asked[0]?.json()).toEqual({ token: "abc" });
});

test("a user who is signed in goes on to the profile", async () => {
  fakeApi({
    "GET /api/profile": () => json(alice),
    "POST /api/email/verify": () => json({ done: true }),
  });
  const { user } = open("/verify-email?token=abc");

  await confirm(user);

  await screen.findByText(/It is verified/);
  expect(screen.getByRole("link", { name: "Your profile" })).toBeTruthy();
});

test.each([
  [422, "invalid_token", /used already/],
  [409, "email_in_use", /Another account/],
])(
  "a link that is refused with %s %s says why, and cannot be tried again",
  async (status, error, words) => {
    const requests = fakeApi({ "POST /api/email/verify": () => problem(status, error) });
    const { user } = open("/verify-email?token=abc");

    await confirm(user);

    expect((await screen.findByRole("alert")).textContent).toMatch(words);
    expect(screen.queryByRole("button", { name: "Yes, this is my address" })).toBeNull();
    expect(sent(requests, "POST /api/email/verify")).toHaveLength(1);
  },
);

test("a press that did not get through can be repeated", async () => {
  fakeApi({ "POST /api/email/verify": inTurn(torn, () => json({ done: true })) });
  const { user } = open("/verify-email?token=abc");

  await confirm(user);
  await screen.findByRole("alert");
  await confirm(user);

  await waitFor(() => expect(screen.getByText(/It is verified/)).toBeTruthy());
});

test("half a link says so", async () => {
  fakeApi({});
  open("/verify-email");

  expect((await screen.findByRole("alert")).textContent).toMatch(/incomplete/);
});
