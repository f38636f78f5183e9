import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { alice, noFactors } from "../../test/accounts";
import { fakeApi, inTurn, json, problem, sent } from "../../test/fakeApi";
import { open } from "../../test/open";

const codes = Array.from({ length: 10 }, (_, number) => `abcd-efgh-ijkl-mno${number}`);
const app = { secret: "ABCDEFGH", uri: "otpauth://totp/Kiosk:alice", qr: "<svg/>" };

const me = { "GET /api/profile": () => json(alice) };

test("an app is set up with its code, and the recovery codes are shown once", async () => {
  const requests = fakeApi({
    ...me,
    "GET /api/profile/factors": inTurn(
      () => json(noFactors),
      () => json({ ...noFactors, totp: true, recovery_codes_left: 10 }),
    ),
    "POST /api/profile/totp": () => json(app),
    "PUT /api/profile/totp": inTurn(
      () => problem(422, "invalid_code"),
      () => json({ recovery_codes: codes }),
    ),
  });
  const { user } = open("/profile");

  await user.click(await screen.findByRole("button", { name: "Set up an app" }));
  expect(await screen.findByText("ABCD EFGH")).toBeDefined();
  const code = screen.getByLabelText("Code that the app shows");
  await user.type(code, "000000");
  await user.click(screen.getByRole("button", { name: "Turn it on" }));
  await screen.findByText(/does not match/);
  await user.clear(code);
  await user.type(code, "123456");
  await user.click(screen.getByRole("button", { name: "Turn it on" }));

  const list = await screen.findByRole("list", { name: "Recovery codes" });
  expect(within(list).getAllByRole("listitem")).toHaveLength(10);
  expect(await sent(requests, "PUT /api/profile/totp")[1]?.json()).toEqual({ code: "123456" });
  await user.click(screen.getByRole("button", { name: "I have kept them" }));
  await screen.findByText("10 recovery codes are left.");
  expect(screen.queryByText(codes[0] ?? "")).toBeNull();
});

test("an app is removed with the password, and a short one says what to do first", async () => {
  fakeApi({
    ...me,
    "GET /api/profile/factors": () => json({ ...noFactors, totp: true, recovery_codes_left: 2 }),
    "DELETE /api/profile/totp": inTurn(
      () => problem(403, "wrong_password"),
      () => problem(409, "password_too_short", { detail: "Choose a longer password first." }),
    ),
  });
  const { user } = open("/profile");

  expect((await screen.findByText(/2 recovery codes are left/)).textContent).toMatch(/run out/);
  await user.click(screen.getByRole("button", { name: "Remove the app" }));
  const question = within(screen.getByRole("dialog"));
  await user.type(question.getByLabelText("Your password"), "wrong");
  await user.click(question.getByRole("button", { name: "Remove it" }));
  await question.findByText("This is not your password.");
  await user.click(question.getByRole("button", { name: "Remove it" }));

  expect((await question.findByRole("alert")).textContent).toMatch(/longer password first/);
});
