import { msg } from "@lingui/core/macro";
import { say, type Words } from "../../language";

const texts: Record<string, Words> = {
  identity_taken: msg`That account belongs to another user here, so it was not linked.`,
  provider_linked: msg`You have another account at this provider linked already. Unlink that one first.`,
  confirmation_required: msg`It has been a while since you signed in, so nothing was changed. Try again: you will be asked to confirm that it is you.`,
  link_elsewhere: msg`Another site sent you to link an account. If you want to, begin here.`,
  oauth_denied: msg`You said no at the provider, so nothing was changed.`,
  oauth_expired: msg`That took too long, or was begun in another window. Please start again.`,
  oauth_failed: msg`The provider’s answer could not be trusted, so nothing was changed.`,
  oauth_unavailable: msg`The provider does not answer right now. Try again later.`,
  unknown_provider: msg`The shop does not know this provider.`,
};

export const linkError = (code: string): string =>
  say(texts[code] ?? msg`Linking did not work. Please try again.`);
