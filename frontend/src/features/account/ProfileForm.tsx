import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { User } from "../../api/types";
import { Form } from "../../ui/Form";
import { NameAndEmail } from "../../ui/NameAndEmail";
import { Submit } from "../../ui/Submit";
import { Trouble } from "../../ui/Trouble";
import { useAskToVerify, useSaveProfile } from "./queries";

export function ProfileForm({ me }: { me: User }) {
  const { mutate, error, isPending, isSuccess } = useSaveProfile();
  const verified = me.email_verified ? t`Verified.` : t`Not verified yet.`;
  return (
    <Form
      className="panel"
      aria-label={t`Name and email`}
      error={error}
      onSend={(value) =>
        mutate({ name: value("name").trim() || null, email: value("email").trim() || null })
      }
    >
      {error && <Trouble error={error} />}
      <NameAndEmail user={me} own emailHint={me.email ? verified : undefined} error={error} />
      {me.email && !me.email_verified && <AskToVerify />}
      <div className="actions">
        <Submit label={t`Save`} busyLabel={t`Saving…`} busy={isPending} />
        <p role="status">{isSuccess && t`Saved.`}</p>
      </div>
    </Form>
  );
}

function AskToVerify() {
  const { mutate, error, isPending, isSuccess } = useAskToVerify();
  return (
    <>
      <div className="actions">
        <button
          type="button"
          className="button button-small"
          disabled={isPending}
          onClick={() => mutate()}
        >
          <Trans>Send the mail with the link again</Trans>
        </button>
        <p role="status">{isSuccess && t`It is on its way.`}</p>
      </div>
      {error && <Trouble error={error} />}
    </>
  );
}
