import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { alice, noFactors } from "../../test/accounts";
import { fakeApi, json, problem, sent } from "../../test/fakeApi";
import { open } from "../../test/open";
import { answers, fakeDevice } from "./fakeDevice";

const phone = { id: 4, name: "Phone", created_at: alice.created_at, used_at: null };

test("passkeys are listed and removed after a question", async () => {
  fakeDevice(answers);
  const requests = fakeApi({
    "GET /api/profile": () => json(alice),
    "GET /api/profile/factors": () => json({ ...noFactors, passkeys: [phone] }),
    "DELETE /api/profile/passkeys/4": () => problem(409, "last_sign_in_method"),
  });
  const { user } = open("/profile");

  await user.click(await screen.findByRole("button", { name: "Remove Phone" }));
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Remove it" }));

  const section = within(screen.getByRole("region", { name: "Passkeys" }));
  expect((await section.findByRole("alert")).textContent).toMatch(/only way to sign in/);
  expect(sent(requests, "DELETE /api/profile/passkeys/4")).toHaveLength(1);
});
