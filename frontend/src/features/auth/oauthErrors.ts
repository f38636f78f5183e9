const texts: Record<string, string> = {
  oauth_denied: "You said no at the provider, so you were not signed in. You can try again.",
  oauth_expired: "Signing in took too long, or was started in another window. Please start again.",
  oauth_failed: "The provider’s answer could not be trusted, so you were not signed in.",
  oauth_unavailable: "The provider does not answer right now. Try again later, or use a password.",
  account_inactive: "This account has been deactivated. Ask the shop’s staff about it.",
  too_many_requests: "Too many sign-ins from where you are. Wait a minute, then try again.",
  sign_in_first:
    "An account here has this email address. Sign in to it as usual, then link the other one from your profile.",
  unknown_provider: "The shop does not know this provider. Choose one from below.",
};

export const oauthError = (code: string): string =>
  texts[code] ?? "Signing in did not work. Please try again.";
