import "./account.css";
import { getRouteApi } from "@tanstack/react-router";
import { useMe } from "../../api/me";
import { Page } from "../../ui/Page";
import { CloseAccount } from "./CloseAccount";
import { linkError } from "./linkErrors";
import { Passkeys } from "./Passkeys";
import { Password } from "./Password";
import { ProfileForm } from "./ProfileForm";
import { SecondFactor } from "./SecondFactor";
import { Sessions } from "./Sessions";
import { SignInMethods } from "./SignInMethods";
import { SignOut } from "./SignOut";

const route = getRouteApi("/in/profile");

export function Profile() {
  const me = useMe();
  const { error } = route.useSearch();
  if (!me) return null;
  return (
    <Page title="Your profile" aside={<SignOut />} narrow>
      <p>
        Signed in as <strong>{me.username}</strong>
        {me.role === "staff" && ", who runs the shop"}.
      </p>
      {error && (
        <div className="notice notice-bad" role="alert">
          <p>{linkError(error)}</p>
        </div>
      )}
      <ProfileForm me={me} />
      <Password />
      <SecondFactor />
      <Passkeys />
      <SignInMethods me={me} />
      <Sessions />
      <CloseAccount />
    </Page>
  );
}
