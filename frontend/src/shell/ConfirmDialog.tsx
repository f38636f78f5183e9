import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { use } from "react";
import { confirmationQuery } from "../api/confirmation";
import type { Confirmation } from "../api/types";
import { Dialog } from "../ui/Dialog";
import { Loaded } from "../ui/Loaded";
import { Parts } from "./parts";

type Props = { onConfirmed: () => void; onClose: () => void };

/** Asks the user once more who they are, by each means that their account has and this browser knows. */
export function ConfirmDialog({ onConfirmed, onClose }: Props) {
  const confirmation = useQuery(confirmationQuery);
  return (
    <Dialog title={t`Is it you?`} onClose={onClose}>
      {(close) => (
        <>
          <p>
            <Trans>
              It has been a while since you signed in. Confirm that it is you, and this goes on.
            </Trans>
          </p>
          <Loaded query={confirmation} lines={2}>
            {(data) => <Ways confirmation={data} onConfirmed={onConfirmed} />}
          </Loaded>
          <button type="button" className="button button-quiet" onClick={close}>
            <Trans>Not now</Trans>
          </button>
        </>
      )}
    </Dialog>
  );
}

type WaysProps = { confirmation: Confirmation; onConfirmed: () => void };

function Ways({ confirmation, onConfirmed }: WaysProps) {
  const { waysToConfirm } = use(Parts);
  const ways = Object.entries(waysToConfirm).filter(([, way]) => way.isPossible(confirmation));
  if (ways.length === 0)
    return (
      <p>
        <Trans>Sign out and in again, then come back here.</Trans>
      </p>
    );
  return ways.map(([name, { Way }]) => (
    <Way key={name} confirmation={confirmation} onConfirmed={onConfirmed} />
  ));
}
