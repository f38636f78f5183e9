import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { alice } from "../../test/accounts";
import { fakeApi, json, problem, sent } from "../../test/fakeApi";
import { open, START } from "../../test/open";

const providers = () => json([{ name: "demo", label: "Demo", url: "/oauth/login/demo" }]);

test("a password signs in and leads on to the page that was asked for", async () => {
  const requests = fakeApi({
    "POST /api/session": () => json(alice),
  });
  const { user, path } = open("/sign-in?next=/profile");

  await user.type(await screen.findByLabelText("Username or email"), "alice");
  await user.type(screen.getByLabelText("Password"), "a long password");
  await user.click(screen.getByRole("button", { name: "Sign in" }));

  await screen.findByRole("heading", { name: "Your profile" });
  expect(path()).toBe("/profile");
  expect(await sent(requests, "POST /api/session")[0]?.json()).toEqual({
    username: "alice",
    password: "a long password",
  });
});

test("a foreign address in next leads to the start page", async () => {
  fakeApi({ "GET /api/profile": () => json(alice) });
  const { path } = open("/sign-in?next=//evil.example");

  await waitFor(() => expect(path()).toBe(START));
});

test("a wrong password is said in words", async () => {
  fakeApi({ "POST /api/session": () => problem(401, "invalid_credentials") });
  const { user } = open("/sign-in");

  await user.click(await screen.findByRole("button", { name: "Sign in" }));

  expect((await screen.findByRole("alert")).textContent).toMatch(/do not go together/);
});

test("too many tries say how long to wait", async () => {
  fakeApi({
    "POST /api/session": () => problem(429, "too_many_tries", {}, { "Retry-After": "60" }),
  });
  const { user } = open("/sign-in");

  await user.click(await screen.findByRole("button", { name: "Sign in" }));

  expect((await screen.findByRole("alert")).textContent).toMatch(/Wait 60 seconds/);
});

test("a provider's button takes next along", async () => {
  fakeApi({ "GET /api/providers": providers });
  open("/sign-in?next=/orders/5");

  const link = await screen.findByRole("link", { name: "Continue with Demo" });

  expect(new URL((link as HTMLAnchorElement).href).pathname).toBe("/oauth/login/demo");
  expect(new URL((link as HTMLAnchorElement).href).searchParams.get("next")).toBe("/orders/5");
});

test("the form waits for what stands above it, so that it stays where it is", async () => {
  let answer: (given: Response) => void = () => undefined;
  fakeApi({ "GET /api/providers": () => new Promise((resolve) => (answer = resolve)) });
  open("/sign-in");

  await screen.findByRole("heading", { name: "Sign in" });
  expect(screen.queryByLabelText("Password")).toBeNull();
  answer(providers());

  await screen.findByRole("link", { name: "Continue with Demo" });
  expect(screen.getByLabelText("Password")).toBeTruthy();
});

test("where the providers cannot be read, a password still signs in", async () => {
  fakeApi({ "GET /api/providers": () => problem(500, "internal") });
  open("/sign-in");

  expect(await screen.findByLabelText("Password", {}, { timeout: 5_000 })).toBeTruthy();
});

test.each([
  ["oauth_denied", /said no/],
  ["oauth_expired", /too long/],
  ["oauth_failed", /could not be trusted/],
  ["oauth_unavailable", /does not answer/],
  ["account_inactive", /deactivated/],
  ["sign_in_first", /link the other one/],
  ["too_many_requests", /Wait a minute/],
  ["unknown_provider", /does not know this provider/],
  ["anything_else", /did not work/],
])("?error=%s is said in words", async (code, words) => {
  fakeApi({});
  open(`/sign-in?error=${code}`);

  expect((await screen.findByRole("alert")).textContent).toMatch(words);
});

test("a new account is signed in at once", async () => {
  const requests = fakeApi({
    "POST /api/register": () => json(alice, 201),
    "POST /api/session": () => json(alice),
  });
  const { user, path } = open("/register");

  await user.type(await screen.findByLabelText("Username"), "alice");
  await user.type(screen.getByLabelText("Email"), "alice@example.org");
  await user.type(screen.getByLabelText("Password"), "a long password");
  await user.click(screen.getByRole("button", { name: "Make an account" }));

  await waitFor(() => expect(path()).toBe(START));
  expect(sent(requests, "POST /api/session")).toHaveLength(1);
});

test("a field that is wrong says so, is read out with its error, and takes the focus", async () => {
  const errors = [{ field: "password", message: "Use at least 15 characters." }];
  fakeApi({ "POST /api/register": () => problem(422, "invalid_input", { errors }) });
  const { user } = open("/register");

  await user.click(await screen.findByRole("button", { name: "Make an account" }));

  const error = await screen.findByText("Use at least 15 characters.");
  const input = screen.getByLabelText("Password");
  expect(input.getAttribute("aria-describedby")).toContain(error.id);
  expect(document.activeElement).toBe(input);
});

test("the rule for passwords is there before the first try", async () => {
  fakeApi();
  open("/register");

  const rule = await screen.findByText(/At least 15 characters/);

  expect(screen.getByLabelText("Password").getAttribute("aria-describedby")).toContain(rule.id);
});

test("all that is wrong is marked at once, each where it belongs", async () => {
  const errors = ["username", "email", "password"].map((field) => ({
    field,
    message: `Not this ${field}.`,
  }));
  fakeApi({ "POST /api/register": () => problem(422, "invalid_input", { errors }) });
  const { user } = open("/register");

  await user.click(await screen.findByRole("button", { name: "Make an account" }));

  await screen.findByText("Not this username.");
  for (const label of ["Username", "Email", "Password"])
    expect(screen.getByLabelText(label).getAttribute("aria-invalid")).toBe("true");
  expect(document.activeElement).toBe(screen.getByLabelText("Username"));
});

test("a used link to reset the password says what to do", async () => {
  fakeApi({ "POST /api/password/reset": () => problem(422, "invalid_token") });
  const { user } = open("/reset-password?token=123");

  await user.type(await screen.findByLabelText("Password"), "another long password");
  await user.click(screen.getByRole("button", { name: "Set the password" }));

  expect((await screen.findByRole("alert")).textContent).toMatch(/Ask for a new one/);
});

test("a provider that is down has its button disabled, and no other", async () => {
  const other = { name: "other", label: "Other", url: "/oauth/login/other" };
  fakeApi({
    "GET /api/providers": () =>
      json([{ name: "demo", label: "Demo", url: "/oauth/login/demo", available: false }, other]),
  });
  open("/sign-in");

  const demo = await screen.findByRole("button", { name: "Continue with Demo" });

  expect(demo.hasAttribute("disabled")).toBe(true);
  expect(screen.getByText("Demo does not answer right now.")).toBeTruthy();
  screen.getByRole("link", { name: "Continue with Other" });
});
