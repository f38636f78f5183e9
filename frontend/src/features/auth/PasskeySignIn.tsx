import { useEffect, useState } from "react";
import { askPasskey, passkeysPossible, passkeysSuggested } from "../../api/passkeys";
import type { components } from "../../api/schema";
import { Trouble } from "../../ui/Trouble";
import { passkeyChallenge, useSignInByPasskey } from "./queries";

type Assertion = components["schemas"]["Assertion"];

const RENEW_MS = 240_000;

/** A button, and passkeys among what the browser suggests for the username. */
export function PasskeySignIn() {
  const { mutate, error, isPending, isSuccess } = useSignInByPasskey();
  const [possible] = useState(passkeysPossible);
  useSuggestion(possible && !isPending && !isSuccess, mutate);
  if (!possible) return null;
  return (
    <section className="panel" aria-label="With a passkey">
      {error && <Trouble error={error} />}
      <button
        type="button"
        className="button button-quiet button-wide"
        disabled={isPending}
        onClick={() => mutate(null)}
      >
        {isPending ? "Waiting for the device…" : "Use a passkey"}
      </button>
    </section>
  );
}

/** Waits in silence for somebody to pick one; anew before the challenge is too old. */
function useSuggestion(waits: boolean, onShown: (shown: Assertion) => void) {
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (!waits) return;
    const stop = new AbortController();
    const { signal } = stop;
    const suggest = async () => {
      if (!(await passkeysSuggested()) || signal.aborted) return;
      onShown(await askPasskey(passkeyChallenge(), { mediation: "conditional", signal }));
    };
    suggest().catch(() => undefined);
    const renewal = setTimeout(() => setRound(round + 1), RENEW_MS);
    return () => {
      stop.abort();
      clearTimeout(renewal);
    };
  }, [waits, round, onShown]);
}
