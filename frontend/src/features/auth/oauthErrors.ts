import { msg } from "@lingui/core/macro";
import { say, type Words } from "../../language";

const texts: Record<string, Words> = {
  oauth_denied: msg`You said no at the provider, so you were not signed in. You can try again.`,
  oauth_expired: msg`Signing in took too long, or was started in another window. Please start again.`,
  oauth_failed: msg`The provider’s answer could not be trusted, so you were not signed in.`,
  oauth_unavailable: msg`The provider does not answer right now. Try again later, or use a password.`,
  account_inactive: msg`This account has been deactivated. Ask the shop’s staff about it.`,
  too_many_requests: msg`Too many sign-ins from where you are. Wait a minute, then try again.`,
  sign_in_first: msg`An account here has this email address. Sign in to it as usual, then link the other one from your profile.`,
  unknown_provider: msg`The shop does not know this provider. Choose one from below.`,
};

export const oauthError = (code: string): string =>
  say(texts[code] ?? msg`Signing in did not work. Please try again.`);
