import { Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { explain, Problem } from "../api/problem";

type Props = {
  error: unknown;
  retry?: () => void;
  requestId?: string | null;
  children?: ReactNode;
};

/** Says in words what failed, offers another try, and names the request where staff must look. */
export function Trouble({ error, retry, requestId, children }: Props) {
  const id = error instanceof Problem && error.undecided ? error.requestId : requestId;
  return (
    <div className="notice notice-bad" role="alert">
      <p>{children ?? explain(error)}</p>
      {id && (
        <p className="fine">
          <Trans>
            Request <code>{id}</code>
          </Trans>
        </p>
      )}
      {retry && (
        <button type="button" className="button button-quiet" onClick={retry}>
          <Trans>Try again</Trans>
        </button>
      )}
    </div>
  );
}
