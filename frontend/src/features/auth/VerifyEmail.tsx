import "./auth.css";
import { msg, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ErrorCode } from "../../api/errorTexts";
import { useMe } from "../../api/me";
import { Problem } from "../../api/problem";
import { say, type Words } from "../../language";
import { Page } from "../../ui/Page";
import { Trouble } from "../../ui/Trouble";
import { useVerifyEmail } from "./queries";

const route = getRouteApi("/verify-email");

/** What ends it: another try of the same link would end the same. */
const refusals: Partial<Record<ErrorCode, Words>> = {
  invalid_token: msg`This link has been used already, or is too old. Ask for a new one in your profile.`,
  email_in_use: msg`Another account has this address already. Sign in to that one instead.`,
};

export function VerifyEmail() {
  const { token } = route.useSearch();
  return (
    <Page title={t`Your email address`} narrow>
      {token ? (
        <Verifying token={token} />
      ) : (
        <div className="notice notice-bad" role="alert">
          <p>
            <Trans>This link is incomplete. Open the whole link that is in the mail.</Trans>
          </p>
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
  const onward = me ? (
    <Link to="/profile">
      <Trans>Your profile</Trans>
    </Link>
  ) : (
    <Link to="/sign-in">
      <Trans>Sign in</Trans>
    </Link>
  );

  if (isSuccess) {
    return (
      <>
        <p role="status">
          <Trans>It is verified: mails about your account reach you there.</Trans>
        </p>
        <p>{onward}</p>
      </>
    );
  }
  if (refusal) {
    return (
      <>
        <Trouble error={error}>{say(refusal)}</Trouble>
        <p>{onward}</p>
      </>
    );
  }
  return (
    <>
      <p>
        <Trans>Did you make an account here with the address to which this link was sent?</Trans>
      </p>
      {error && <Trouble error={error} />}
      <button type="button" className="button" disabled={isPending} onClick={() => mutate(token)}>
        <Trans>Yes, this is my address</Trans>
      </button>
      <p className="fine">
        <Trans>If you did not, close this page: nothing has happened.</Trans>
      </p>
    </>
  );
}
