import { Providers } from "../features/auth/Providers";
import { SignIn } from "../features/auth/SignIn";
import { PasskeySignIn } from "../features/passkeys/PasskeySignIn"; // feature: passkeys
import { CodeStep } from "../features/totp/CodeStep"; // feature: totp

const page = {
  methods: {
    providers: Providers,
    passkey: PasskeySignIn, // feature: passkeys
  },
  suggestions: [
    "username",
    "webauthn", // feature: passkeys
  ],
  CodeStep, // feature: totp
};

/** The means to sign in, of several features. */
export function SignInPage() {
  return <SignIn {...page} />;
}
