import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { alice } from "../../test/accounts";
import { fakeApi, inTurn, json, problem, sent } from "../../test/fakeApi";
import { open, START } from "../../test/open";

test("a code is asked for after the password, and sent along with it", async () => {
  const requests = fakeApi({
    "POST /api/session": inTurn(
      () => problem(401, "second_factor_required"),
      () => problem(401, "invalid_code"),
      () => json(alice),
    ),
  });
  const { user, path } = open("/sign-in");

  await user.type(await screen.findByLabelText("Username or email"), "alice");
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

  await waitFor(() => expect(path()).toBe(START));
  expect(await sent(requests, "POST /api/session")[2]?.json()).toEqual({
    username: "alice",
    password: "a long password",
    code: "123456",
  });
});
