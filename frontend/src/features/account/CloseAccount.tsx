import { useNavigate } from "@tanstack/react-router";
import { AskFirst } from "../../ui/AskFirst";
import { joinWords } from "../../ui/joinWords";
import { Section } from "../../ui/Section";
import { Trouble } from "../../ui/Trouble";
import { useCloseAccount } from "./queries";

type Props = {
  /** What goes with the account, as in "your name". */
  goes: string[];
  /** Sentences about what stays. */
  stays: string[];
};

export function CloseAccount({ goes, stays }: Props) {
  const navigate = useNavigate();
  const { mutate, error, isPending } = useCloseAccount();
  return (
    <Section title="Close the account">
      <p>{[`Your ${joinWords(goes)} go for good.`, ...stays].join(" ")}</p>
      <AskFirst
        label={isPending ? "Closing…" : "Close my account"}
        disabled={isPending}
        title="Close your account for good?"
        action="Close it"
        busy={isPending}
        onConfirm={(close) => {
          close();
          mutate(undefined, { onSuccess: () => navigate({ to: "/" }) });
        }}
      >
        <p>This cannot be undone.</p>
      </AskFirst>
      {error && !isPending && <Trouble error={error} />}
    </Section>
  );
}
