import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { inTurn, json, listOf, problem, sent } from "../../test/fakeApi";
import { open } from "../../test/open";
import { aliceAccount, button, here, phone } from "../../test/profile";

const region = (name: string) => screen.findByRole("region", { name });

test("sessions show device, address and which one is this browser", async () => {
  aliceAccount();
  open("/profile");

  const sessions = await region("Where you are signed in");
  const [own, other] = await within(sessions).findAllByRole("listitem");

  expect(own?.textContent).toMatch(/Firefox on Linux.*This browser.*192\.0\.2\.7/);
  expect(within(own as HTMLElement).queryByRole("button")).toBeNull();
  expect(other?.textContent).toMatch(/Safari on iPhone/);
});

test("one other session is ended, and the list is read again", async () => {
  const requests = aliceAccount({
    "GET /api/profile/sessions": inTurn(
      () => json(listOf(here, phone)),
      () => json(listOf(here)),
    ),
    "DELETE /api/profile/sessions/s2": () => json({ done: true }),
  });
  const { user } = open("/profile");

  await user.click(await button("Sign out Safari on iPhone"));

  await waitFor(() => expect(screen.queryByText("Safari on iPhone")).toBeNull());
  expect(sent(requests, "DELETE /api/profile/sessions/s2")).toHaveLength(1);
  expect(screen.queryByRole("button", { name: "Sign out everywhere else" })).toBeNull();
});

test("all other sessions are ended at once", async () => {
  const requests = aliceAccount({ "DELETE /api/profile/sessions": () => json({ ended: 1 }) });
  const { user } = open("/profile");

  await user.click(await button("Sign out everywhere else"));

  await waitFor(() => expect(sent(requests, "DELETE /api/profile/sessions")).toHaveLength(1));
});

test("sessions that cannot be loaded say so and are tried again", async () => {
  aliceAccount({
    "GET /api/profile/sessions": inTurn(
      () => problem(500, "internal_server_error"),
      () => json(listOf(here)),
    ),
  });
  const { user } = open("/profile");
  const sessions = await region("Where you are signed in");

  await user.click(await within(sessions).findByRole("button", { name: "Try again" }));

  await within(sessions).findByText("Firefox on Linux");
});
