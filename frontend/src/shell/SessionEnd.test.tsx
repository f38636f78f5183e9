import { act, screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { alice, sam } from "../test/accounts";
import { inTurn, json, problem } from "../test/fakeApi";
import { open } from "../test/open";
import { aliceAccount } from "../test/profile";

const ended = () => problem(401, "sign_in_required");
type Person = ReturnType<typeof open>["user"];

async function signIn(user: Person) {
  await user.type(await screen.findByLabelText("Username or email"), "alice");
  await user.type(screen.getByLabelText("Password"), "lantern-tide-77");
  await user.click(screen.getByRole("button", { name: "Sign in" }));
}

async function rename(user: Person) {
  await user.type(await screen.findByLabelText("Name"), "Alice Liddell");
  const form = screen.getByRole("form", { name: "Name and email" });
  await user.click(form.querySelector("button[type=submit]") as HTMLButtonElement);
}

test("a session that ended says so, and gives back what was typed", async () => {
  aliceAccount({ "PATCH /api/profile": ended, "POST /api/session": () => json(alice) });
  const { user, path } = open("/profile");

  await rename(user);
  expect(await screen.findByText(/Your session has ended/)).toBeTruthy();
  expect(path()).toBe("/sign-in?next=%2Fprofile");
  await signIn(user);

  const name = (await screen.findByLabelText("Name")) as HTMLInputElement;
  expect(name.value).toBe("Alice Liddell");
  expect(path()).toBe("/profile");
  expect(screen.queryByText(/Your session has ended/)).toBeNull();
});

test("another user who signs in then does not see what was typed", async () => {
  aliceAccount({ "PATCH /api/profile": ended, "POST /api/session": () => json(sam) });
  const { user } = open("/profile");

  await rename(user);
  await signIn(user);

  const name = (await screen.findByLabelText("Name")) as HTMLInputElement;
  expect(name.value).toBe("");
});

test("no password is kept", async () => {
  aliceAccount({ "POST /api/profile/password": ended, "POST /api/session": () => json(alice) });
  const { user } = open("/profile");

  await user.type(await screen.findByLabelText("New password"), "another long password");
  await user.click(screen.getByRole("button", { name: "Change the password" }));
  await screen.findByText(/Your session has ended/);

  expect(JSON.stringify({ ...sessionStorage })).not.toContain("another long password");
});

test("a session that ended is noticed when the user is asked for anew", async () => {
  aliceAccount({ "GET /api/profile": inTurn(() => json(alice), ended) });
  const { path, queries } = open("/profile");
  await screen.findByLabelText("Name");

  await act(() => queries.invalidateQueries({ queryKey: ["me"] }));

  await screen.findByText(/Your session has ended/);
  expect(path()).toBe("/sign-in?next=%2Fprofile");
});

test("a visitor who was not signed in is told of no session", async () => {
  aliceAccount({ "GET /api/profile": ended });
  const { path } = open("/profile");

  await waitFor(() => expect(path()).toBe("/sign-in?next=%2Fprofile"));
  await screen.findByLabelText("Username or email");
  expect(screen.queryByText(/Your session has ended/)).toBeNull();
});
