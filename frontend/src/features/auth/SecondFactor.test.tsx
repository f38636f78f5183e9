import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { credential, passkeys, shown } from "../../test/passkeys";
import { inTurn, json, open, problem, sent, shop } from "../../test/shop";
import { alice, listOf } from "../../test/things";

const challenge = () => json({ public_key: { challenge: "abc" } });

test("a second factor is asked for after the password, and sent along with it", async () => {
  const requests = shop({
    "POST /api/session": inTurn(
      () => problem(401, "second_factor_required"),
      () => problem(401, "invalid_code"),
      () => json(alice),
    ),
    "GET /api/items": () => json(listOf()),
  });
  const { user, path } = open("/sign-in");

  await user.type(await screen.findByLabelText("Username"), "alice");
  await user.type(screen.getByLabelText("Password"), "a long password");
  await user.click(screen.getByRole("button", { name: "Sign in" }));

  const code = await screen.findByLabelText("Code");
  expect(document.activeElement).toBe(code);
  expect(screen.queryByRole("alert")).toBeNull();
  await user.type(code, "000000");
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  await screen.findByText(/wrong, too old/);
  await user.clear(code);
  await user.type(code, "123456");
  await user.click(screen.getByRole("button", { name: "Sign in" }));

  await waitFor(() => expect(path()).toBe("/"));
  expect(await sent(requests, "POST /api/session")[2]?.json()).toEqual({
    username: "alice",
    password: "a long password",
    code: "123456",
  });
});

test("a passkey signs in by itself", async () => {
  passkeys(shown);
  const requests = shop({
    "POST /api/passkeys/challenge": challenge,
    "POST /api/session/passkey": () => json(alice),
    "GET /api/items": () => json(listOf()),
  });
  const { user, path } = open("/sign-in");

  await user.click(await screen.findByRole("button", { name: "Use a passkey" }));

  await waitFor(() => expect(path()).toBe("/"));
  expect(await sent(requests, "POST /api/session/passkey")[0]?.json()).toEqual({ credential });
});

test("a passkey that the browser suggested signs in without a click", async () => {
  passkeys(shown, true);
  shop({
    "POST /api/passkeys/challenge": challenge,
    "POST /api/session/passkey": () => json(alice),
    "GET /api/items": () => json(listOf()),
  });
  const { path } = open("/sign-in");

  await waitFor(() => expect(path()).toBe("/"));
});

test("whoever says no to the browser's question is told how to go on", async () => {
  passkeys(async () => {
    throw new DOMException("said no", "NotAllowedError");
  });
  shop({ "POST /api/passkeys/challenge": challenge });
  const { user } = open("/sign-in");

  await user.click(await screen.findByRole("button", { name: "Use a passkey" }));

  expect((await screen.findByRole("alert")).textContent).toMatch(/No passkey was shown/);
});

test("a passkey that is refused says so", async () => {
  passkeys(shown);
  shop({
    "POST /api/passkeys/challenge": challenge,
    "POST /api/session/passkey": () => problem(401, "invalid_passkey"),
  });
  const { user } = open("/sign-in");

  await user.click(await screen.findByRole("button", { name: "Use a passkey" }));

  expect((await screen.findByRole("alert")).textContent).toMatch(/not accepted/);
});

test("where the browser keeps none, nothing is said of passkeys", async () => {
  shop({});
  open("/sign-in");

  await screen.findByRole("button", { name: "Sign in" });

  expect(screen.queryByRole("button", { name: "Use a passkey" })).toBeNull();
});
