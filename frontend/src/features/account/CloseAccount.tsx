import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useNavigate } from "@tanstack/react-router";
import { say, type Words } from "../../language";
import { AskFirst } from "../../ui/AskFirst";
import { joinWords } from "../../ui/joinWords";
import { Section } from "../../ui/Section";
import { Trouble } from "../../ui/Trouble";
import { useCloseAccount } from "./queries";

type Props = {
  /** What goes with the account, as in "your name". */
  goes: Words[];
  /** Sentences about what stays. */
  stays: Words[];
};

export function CloseAccount({ goes, stays }: Props) {
  const navigate = useNavigate();
  const { mutate, error, isPending } = useCloseAccount();
  return (
    <Section title={t`Close the account`}>
      <p>{[t`Your ${joinWords(goes.map(say))} go for good.`, ...stays.map(say)].join(" ")}</p>
      <AskFirst
        label={isPending ? t`Closing…` : t`Close my account`}
        disabled={isPending}
        title={t`Close your account for good?`}
        action={t`Close it`}
        busy={isPending}
        onConfirm={(close) => {
          close();
          mutate(undefined, { onSuccess: () => navigate({ to: "/" }) });
        }}
      >
        <p>
          <Trans>This cannot be undone.</Trans>
        </p>
      </AskFirst>
      {error && !isPending && <Trouble error={error} />}
    </Section>
  );
}
