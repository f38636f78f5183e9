const texts: Record<string, string> = {
  identity_taken: "That account belongs to another user here, so it was not linked.",
  provider_linked:
    "You have another account at this provider linked already. Unlink that one first.",
  confirmation_required:
    "It has been a while since you signed in, so nothing was changed. Try again: you will be asked to confirm that it is you.",
  link_elsewhere: "Another site sent you to link an account. If you want to, begin here.",
  oauth_denied: "You said no at the provider, so nothing was changed.",
  oauth_expired: "That took too long, or was begun in another window. Please start again.",
  oauth_failed: "The provider’s answer could not be trusted, so nothing was changed.",
  oauth_unavailable: "The provider does not answer right now. Try again later.",
  unknown_provider: "The shop does not know this provider.",
};

export const linkError = (code: string): string =>
  texts[code] ?? "Linking did not work. Please try again.";
