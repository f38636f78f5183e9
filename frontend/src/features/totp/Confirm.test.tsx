import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { alice } from "../../test/accounts";
import { inTurn, json, problem } from "../../test/fakeApi";
import { open } from "../../test/open";
import {
  aliceAccount,
  bodyOf,
  button,
  confirmation,
  confirmationRequired,
} from "../../test/profile";

test("a code is asked for beside the password where there is an app", async () => {
  const requests = aliceAccount({
    "PATCH /api/profile": inTurn(confirmationRequired, () => json(alice)),
    "POST /api/profile/confirm": inTurn(
      () => problem(403, "second_factor_required"),
      () => problem(422, "invalid_code"),
      () => confirmation(),
    ),
  });
  const { user } = open("/profile");
  await user.click(await button("Save"));
  const dialog = await screen.findByRole("dialog");
  await user.type(await within(dialog).findByLabelText("Password"), "my password");
  const confirm = () => user.click(within(dialog).getByRole("button", { name: "Confirm" }));

  await confirm();
  await user.type(await within(dialog).findByLabelText("Code"), "000000");
  await confirm();
  await within(dialog).findByText(/code is wrong/);
  await confirm();

  await screen.findByText("Saved.");
  expect(await bodyOf(requests, "POST /api/profile/confirm")).toEqual({
    password: "my password",
    code: "000000",
  });
});
