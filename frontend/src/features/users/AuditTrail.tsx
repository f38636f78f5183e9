import "../../ui/lists.css";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import type { TrailEntry, User } from "../../api/types";
import { Listing } from "../../ui/Listing";
import { Section } from "../../ui/Section";
import { When } from "../../ui/When";
import { describe, describeActor } from "./auditTrailWords";
import { auditTrailQuery } from "./queries";

/** What was done to this account, by whom and from where. */
export function AuditTrail({ user, page }: { user: User; page: number }) {
  const trail = useQuery(auditTrailQuery(user.id, page));
  return (
    <Section title={t`What happened`}>
      <Listing
        list={trail}
        empty={
          <p>
            <Trans>Nothing yet.</Trans>
          </p>
        }
      >
        {(entries) => (
          <ol className="trail">
            {entries.map((entry) => (
              <Happened key={entry.id} entry={entry} user={user} />
            ))}
          </ol>
        )}
      </Listing>
    </Section>
  );
}

function Happened({ entry, user }: { entry: TrailEntry; user: User }) {
  return (
    <li>
      <p>{describe(entry)}</p>
      <p className="fine">
        <When at={entry.at} />
        {" · "}
        {describeActor(entry, user)}
        {entry.address && ` · ${t`from ${entry.address}`}`}
      </p>
    </li>
  );
}
