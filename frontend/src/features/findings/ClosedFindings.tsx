import "../../ui/lists.css";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Trouble } from "../../ui/Trouble";
import { When } from "../../ui/When";
import { closedFindingsQuery } from "./queries";

/** What was closed, by whom and why, also where it is in no order's history. Read once it is opened. */
export function ClosedFindings() {
  const [opened, setOpened] = useState(false);
  const { data, error, refetch } = useQuery({ ...closedFindingsQuery, enabled: opened });
  return (
    <details className="panel" onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary>
        <Trans>Closed</Trans>
      </summary>
      {error && <Trouble error={error} retry={() => refetch()} />}
      {data?.total === 0 && (
        <p>
          <Trans>Nothing was closed yet.</Trans>
        </p>
      )}
      {data && data.total > 0 && (
        <ul className="trail" aria-label={t`Closed findings`}>
          {data.items.map(({ id, words, reason, closed_by, closed_at }) => (
            <li key={id}>
              <p>{words}</p>
              <p>{reason}</p>
              <p className="fine">
                {closed_by}, <When at={closed_at} />
              </p>
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}
