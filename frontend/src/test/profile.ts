import { screen } from "@testing-library/react";
import type { Confirmation, Session, User } from "../api/types";
import { alice } from "./accounts";
import { type Answers, fakeApi, json, listOf, problem, sent } from "./fakeApi";

const at = "2026-05-04T10:00:00Z";

export const here: Session = {
  id: "s1",
  kind: "browser",
  device: "Firefox on Linux",
  address: "192.0.2.7",
  created_at: at,
  used_at: at,
  current: true,
};
export const phone: Session = { ...here, id: "s2", device: "Safari on iPhone", current: false };

/** Alice, who can also sign in with her account at the demo provider. */
export const linked: User = {
  ...alice,
  identities: [{ provider: "demo", email: "a@demo.example", created_at: at }],
};

export const demo = { name: "demo", label: "Demo", url: "/oauth/login/demo" };

/** Alice has confirmed who she is, and has a password to do so again. */
export const confirmation = (more: Partial<Confirmation> = {}) =>
  json({
    until: new Date(Date.now() + 600_000).toISOString(),
    password: true,
    passkey: false, // feature: passkeys
    providers: [],
    ...more,
  });

export const unconfirmed = (more: Partial<Confirmation> = {}) =>
  confirmation({ until: at, ...more });

export const confirmationRequired = () => problem(403, "confirmation_required");

/** Alice's account, signed in to in this browser and on a phone. */
export const aliceAccount = (answers: Answers = {}) =>
  fakeApi({
    "GET /api/profile": () => json(alice),
    "GET /api/profile/confirm": () => confirmation(),
    "GET /api/profile/sessions": () => json(listOf(here, phone)),
    "GET /api/providers": () => json([demo]),
    ...answers,
  });

export const bodyOf = (requests: Request[], call: string) => sent(requests, call).at(-1)?.json();

export const button = (name: string | RegExp) => screen.findByRole("button", { name });
