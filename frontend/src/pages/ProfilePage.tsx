import { msg } from "@lingui/core/macro";
import { CloseAccount } from "../features/account/CloseAccount";
import { Password } from "../features/account/Password";
import { Profile } from "../features/account/Profile";
import { ProfileForm } from "../features/account/ProfileForm";
import { Sessions } from "../features/account/Sessions";
import { SignInMethods } from "../features/account/SignInMethods";
import { Passkeys } from "../features/passkeys/Passkeys"; // feature: passkeys
import { SecondFactor } from "../features/totp/SecondFactor"; // feature: totp
import type { Words } from "../language";

const goes: Words[] = [
  msg`name`,
  msg`email`,
  msg`sign-in methods`,
  msg`to-dos`, // feature: todos
];

const stays: Words[] = [
  msg`The shop keeps your orders for its books, without your name.`, // feature: shop
  msg`An order that is not paid yet runs out by itself.`, // feature: shop
];

const sections = {
  name: ProfileForm,
  password: Password,
  app: SecondFactor, // feature: totp
  passkeys: Passkeys, // feature: passkeys
  methods: SignInMethods,
  sessions: Sessions,
  close: () => <CloseAccount goes={goes} stays={stays} />,
};

/** A user's own account, in sections of several features. */
export function ProfilePage() {
  return <Profile sections={sections} />;
}
