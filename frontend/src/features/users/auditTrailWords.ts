import { msg, t } from "@lingui/core/macro";
import type { TrailEntry, User } from "../../api/types";
import { say, type Words } from "../../language";
import { isRole, roles } from "./roles";

/** An action that only a newer server knows is shown as it is. */
export function describe({ action, details }: TrailEntry): string {
  const words = actions[action];
  if (!words) return (action as string).replaceAll("_", " ");
  return typeof words === "function" ? words(details) : say(words);
}

export function describeActor({ actor, details }: TrailEntry, user: User): string {
  if (!actor) return details.by === "command line" ? t`at the command line` : t`not signed in`;
  if (actor.id === user.id) return t`by themselves`;
  return actor.username.startsWith("closed:") ? t`by a user who has left` : t`by ${actor.username}`;
}

type Details = TrailEntry["details"];

const role = (value: unknown) => (isRole(value) ? say(roles[value].being) : String(value));

const actions: Record<TrailEntry["action"], Words | ((details: Details) => string)> = {
  account_made: (details) =>
    details.role ? t`Account made, as ${role(details.role)}` : t`Account made`,
  account_closed: msg`Account closed`,
  activated: msg`Activated`,
  deactivated: msg`Deactivated`,
  email_changed: msg`Email changed`,
  email_verified: msg`Email verified`,
  identity_linked: ({ provider: at }) =>
    at ? t`Account at ${String(at)} linked` : t`Account linked`,
  identity_unlinked: ({ provider: at }) =>
    at ? t`Account at ${String(at)} unlinked` : t`Account unlinked`,
  name_changed: msg`Name changed`,
  passkey_added: msg`Passkey added`, // feature: passkeys
  passkey_removed: msg`Passkey removed`, // feature: passkeys
  password_changed: msg`Password changed`,
  password_reset: msg`Password set anew by a link`,
  recovery_codes_made: msg`Recovery codes made`, // feature: totp
  reset_link_made: msg`Link for a new password made`,
  role_changed: (details) =>
    details.after ? t`Made ${role(details.after)}, was ${role(details.before)}` : t`Role changed`,
  session_ended: msg`A session ended`,
  sessions_ended: msg`Signed out everywhere`,
  sign_in_methods_removed: msg`All earlier ways to sign in removed, since another person may have set them`,
  sign_in: ({ provider: at }) => (at ? t`Signed in at ${String(at)}` : t`Signed in`),
  totp_added: msg`Authenticator app added`, // feature: totp
  totp_removed: msg`Authenticator app removed`, // feature: totp
};
