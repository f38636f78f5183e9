import { useMe } from "../api/me";

/**
 * Whose password a form is about, for password managers alone: without it they keep a new password under no name, or
 * under another account's. https://www.chromium.org/developers/design-documents/create-amazing-password-forms/
 */
export function OwnUsername() {
  return (
    <input
      type="text"
      name="username"
      autoComplete="username"
      value={useMe()?.username ?? ""}
      readOnly
      hidden
    />
  );
}
