import type { TrailEntry, User } from "../../api/types";
import { isRole, roles } from "./roles";

/** An action that only a newer server knows is shown as it is. */
export function describe({ action, details }: TrailEntry): string {
  const words = actions[action] ?? action.replaceAll("_", " ");
  return typeof words === "string" ? words : words(details);
}

export function describeActor({ actor, details }: TrailEntry, user: User): string {
  if (!actor) return details.by === "command line" ? "at the command line" : "not signed in";
  if (actor.id === user.id) return "by themselves";
  return actor.username.startsWith("closed:") ? "by a user who has left" : `by ${actor.username}`;
}

type Details = TrailEntry["details"];

const role = (value: unknown) => (isRole(value) ? roles[value].being : String(value));
const at = ({ provider }: Details) => (provider ? ` at ${provider}` : "");

const actions: Record<TrailEntry["action"], string | ((details: Details) => string)> = {
  account_made: (details) =>
    details.role ? `Account made, as ${role(details.role)}` : "Account made",
  account_closed: "Account closed",
  activated: "Activated",
  deactivated: "Deactivated",
  email_changed: "Email changed",
  email_verified: "Email verified",
  identity_linked: (details) => `Account${at(details)} linked`,
  identity_unlinked: (details) => `Account${at(details)} unlinked`,
  name_changed: "Name changed",
  passkey_added: "Passkey added", // feature: passkeys
  passkey_removed: "Passkey removed", // feature: passkeys
  password_changed: "Password changed",
  password_reset: "Password set anew by a link",
  recovery_codes_made: "Recovery codes made", // feature: totp
  reset_link_made: "Link for a new password made",
  role_changed: (details) =>
    details.after ? `Made ${role(details.after)}, was ${role(details.before)}` : "Role changed",
  session_ended: "A session ended",
  sessions_ended: "Signed out everywhere",
  sign_in_methods_removed:
    "All earlier ways to sign in removed, since another person may have set them",
  sign_in: (details) => `Signed in${at(details)}`,
  totp_added: "Authenticator app added", // feature: totp
  totp_removed: "Authenticator app removed", // feature: totp
};
