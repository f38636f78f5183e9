import "./auth.css";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMe } from "../../api/me";
import { Problem } from "../../api/problem";
import { Page } from "../../ui/Page";
import { Trouble } from "../../ui/Trouble";
import { useVerifyEmail } from "./queries";

const route = getRouteApi("/verify-email");

const refusals: Record<string, string> = {
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

function Verifying({ token }: { token: string }) {
  const me = useMe();
  const { error, isSuccess, refetch } = useVerifyEmail(token);
  const refusal = error instanceof Problem ? refusals[error.error] : undefined;
  const onward = me ? <Link to="/profile">Your profile</Link> : <Link to="/sign-in">Sign in</Link>;

  if (error) {
    return (
      <>
        <Trouble error={error} retry={refusal ? undefined : () => void refetch()}>
          {refusal}
        </Trouble>
        <p>{onward}</p>
      </>
    );
  }
  if (!isSuccess) return <p role="status">One moment…</p>;
  return (
    <>
      <p role="status">It is verified: mails about your account reach you there.</p>
      <p>{onward}</p>
    </>
  );
}
