import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { alice } from "../test/accounts";
import { json, sent } from "../test/fakeApi";
import { open } from "../test/open";
import { aliceAccount, bodyOf } from "../test/profile";

const elsewhere = { ...alice, time_zone: "Pacific/Auckland" };
const told = "PATCH /api/profile";

test("the shop learns once which time zone the browser is in", async () => {
  const requests = aliceAccount({
    "GET /api/profile": () => json(elsewhere),
    [told]: () => json(alice),
  });

  open("/profile");

  await waitFor(() => expect(sent(requests, told)).toHaveLength(1));
  expect(await bodyOf(requests, told)).toEqual({ time_zone: alice.time_zone });
});

test("it is not told again what it knows", async () => {
  const requests = aliceAccount();

  open("/profile");

  await screen.findByRole("heading", { level: 1 });
  expect(sent(requests, told)).toHaveLength(0);
});
