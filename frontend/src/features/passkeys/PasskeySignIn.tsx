import { t } from "@lingui/core/macro";
import { useEffect, useState } from "react";
import type { PasskeyAnswer } from "../../api/types";
import { askPasskey, passkeysPossible, passkeysSuggested } from "./device";
import { PasskeyButton } from "./PasskeyButton";
import { signInChallenge, useSignInByPasskey } from "./queries";

const RENEW_MS = 240_000;

/** A button, and passkeys among what the browser suggests for the username. */
export function PasskeySignIn() {
  const { mutate, error, isPending, isSuccess } = useSignInByPasskey();
  const [possible] = useState(passkeysPossible);
  useSuggestion(possible && !isPending && !isSuccess, mutate);
  if (!possible) return null;
  return (
    <section className="panel" aria-label={t`With a passkey`}>
      <PasskeyButton
        label={t`Use a passkey`}
        error={error}
        busy={isPending}
        onClick={() => mutate(null)}
      />
    </section>
  );
}

/** Waits in silence until the user picks a passkey; anew before the challenge is too old. */
function useSuggestion(waits: boolean, onAnswer: (answer: PasskeyAnswer) => void) {
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (!waits) return;
    const stop = new AbortController();
    const { signal } = stop;
    const suggest = async () => {
      if (!(await passkeysSuggested()) || signal.aborted) return;
      onAnswer(await askPasskey(await signInChallenge(), { mediation: "conditional", signal }));
    };
    suggest().catch(() => undefined);
    const renewal = setTimeout(() => setRound(round + 1), RENEW_MS);
    return () => {
      stop.abort();
      clearTimeout(renewal);
    };
  }, [waits, round, onAnswer]);
}
