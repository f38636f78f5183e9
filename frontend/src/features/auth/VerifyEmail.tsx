import "./auth.css";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ErrorCode } from "../../api/errorTexts";
import { useMe } from "../../api/me";
import { Problem } from "../../api/problem";
import { Page } from "../../ui/Page";
import { Trouble } from "../../ui/Trouble";
import { useVerifyEmail } from "./queries";

const route = getRouteApi("/verify-email");

/** What ends it: another try of the same link would end the same. */
const refusals: Partial<Record<ErrorCode, string>> = {
  invalid_token:
    "This link has been used already, or is too old. Ask for a new one in your profile.",
  email_in_use: "Another account has this address already. Sign in to that one instead.",
};

export function VerifyEmail() {
  const { token } = route.useSearch();
  return (
    <Page title="Your email address" narrow>
      {token ? (
        <Verifying token={token} />
      ) : (
        <div className="notice notice-bad" role="alert">
          <p>This link is incomplete. Open the whole link that is in the mail.</p>
        </div>
      )}
    </Page>
  );
}

/** Scanners of mails open the links in them and run the page, but press no button: only a person does. */
function Verifying({ token }: { token: string }) {
  const me = useMe();
  const { mutate, error, isSuccess, isPending } = useVerifyEmail();
  const refusal = error instanceof Problem ? refusals[error.error as ErrorCode] : undefined;
  const onward = me ? <Link to="/profile">Your profile</Link> : <Link to="/sign-in">Sign in</Link>;

  if (isSuccess) {
    return (
      <>
        <p role="status">It is verified: mails about your account reach you there.</p>
        <p>{onward}</p>
      </>
    );
  }
  if (refusal) {
    return (
      <>
        <Trouble error={error}>{refusal}</Trouble>
        <p>{onward}</p>
      </>
    );
  }
  return (
    <>
      <p>Did you make an account here with the address to which this link was sent?</p>
      {error && <Trouble error={error} />}
      <button type="button" className="button" disabled={isPending} onClick={() => mutate(token)}>
        Yes, this is my address
      </button>
      <p className="fine">If you did not, close this page: nothing has happened.</p>
    </>
  );
}
