import type { User } from "../api/types";

const at = "2026-05-04T10:00:00Z";

export const alice: User = {
  id: 1,
  username: "alice",
  email: "alice@example.org",
  email_verified: true,
  name: null,
  avatar_url: null,
  language: null,
  time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  role: "customer",
  active: true,
  identities: [],
  created_at: at,
};

export const sam: User = { ...alice, id: 2, username: "sam", role: "staff" };

export const noFactors = {
  has_password: true,
  totp: false, // feature: totp
  recovery_codes_left: 0, // feature: totp
  passkeys: [], // feature: passkeys
  passkeys_possible: true, // feature: passkeys
};
