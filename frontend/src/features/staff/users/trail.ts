import type { TrailEntry, User } from "../../../api/types";

/** An entry of the trail, in words. An action that this page does not know is shown as it is. */
export function inWords({ action, details }: TrailEntry): string {
  const said = words[action] ?? action.replaceAll("_", " ");
  return typeof said === "string" ? said : said(details);
}

export function whoInWords({ actor, details }: TrailEntry, user: User): string {
  if (!actor) return details.by === "command line" ? "at the command line" : "not signed in";
  if (actor.id === user.id) return "by themselves";
  return actor.username.startsWith("closed:") ? "by somebody who has left" : `by ${actor.username}`;
}

type Details = TrailEntry["details"];

const roles: Record<string, string> = { customer: "a customer", staff: "staff" };
const role = (value: unknown) => roles[String(value)] ?? String(value);
const at = ({ provider }: Details) => (provider ? ` at ${provider}` : "");

const words: Record<string, string | ((details: Details) => string)> = {
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
  passkey_added: "Passkey added",
  passkey_removed: "Passkey removed",
  password_changed: "Password changed",
  password_reset: "Password set anew by a link",
  recovery_codes_made: "Recovery codes made",
  reset_link_made: "Link for a new password made",
  role_changed: (details) =>
    details.after ? `Made ${role(details.after)}, was ${role(details.before)}` : "Role changed",
  session_ended: "A session ended",
  sessions_ended: "Signed out everywhere",
  sign_in_methods_removed:
    "All earlier ways to sign in removed, since another person may have set them",
  sign_in: (details) => `Signed in${at(details)}`,
  totp_added: "Authenticator app added",
  totp_removed: "Authenticator app removed",
};
