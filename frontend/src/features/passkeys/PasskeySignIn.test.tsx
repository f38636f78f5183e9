import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { alice } from "../../test/accounts";
import { fakeApi, json, problem, sent } from "../../test/fakeApi";
import { open, START } from "../../test/open";
import { answers, credential, fakeDevice, refuses } from "./fakeDevice";

const challenge = () => json({ public_key: { challenge: "abc" } });

test("a passkey signs in by itself", async () => {
  fakeDevice(answers);
  const requests = fakeApi({
    "POST /api/passkeys/challenge": challenge,
    "POST /api/session/passkey": () => json(alice),
  });
  const { user, path } = open("/sign-in");

  await user.click(await screen.findByRole("button", { name: "Use a passkey" }));

  await waitFor(() => expect(path()).toBe(START));
  expect(await sent(requests, "POST /api/session/passkey")[0]?.json()).toEqual({ credential });
});

test("a passkey that the browser suggested signs in without a click", async () => {
  fakeDevice(answers, true);
  fakeApi({
    "POST /api/passkeys/challenge": challenge,
    "POST /api/session/passkey": () => json(alice),
  });
  const { path } = open("/sign-in");

  await waitFor(() => expect(path()).toBe(START));
});

test("a user who says no to the browser's question is told how to go on", async () => {
  fakeDevice(refuses);
  fakeApi({ "POST /api/passkeys/challenge": challenge });
  const { user } = open("/sign-in");

  await user.click(await screen.findByRole("button", { name: "Use a passkey" }));

  expect((await screen.findByRole("alert")).textContent).toMatch(/No passkey was shown/);
});

test("a passkey that is refused says so", async () => {
  fakeDevice(answers);
  fakeApi({
    "POST /api/passkeys/challenge": challenge,
    "POST /api/session/passkey": () => problem(401, "invalid_passkey"),
  });
  const { user } = open("/sign-in");

  await user.click(await screen.findByRole("button", { name: "Use a passkey" }));

  expect((await screen.findByRole("alert")).textContent).toMatch(/not accepted/);
});

test("where the browser keeps none, nothing is said of passkeys", async () => {
  fakeApi({});
  open("/sign-in");

  await screen.findByRole("button", { name: "Sign in" });

  expect(screen.queryByRole("button", { name: "Use a passkey" })).toBeNull();
});
