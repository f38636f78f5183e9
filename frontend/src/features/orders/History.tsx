import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useIsStaff } from "../../api/me";
import type { HistoryEntry, Order } from "../../api/types";
import { Loaded } from "../../ui/Loaded";
import { Section } from "../../ui/Section";
import { When } from "../../ui/When";
import { historyQuery } from "./queries";

/** Everything that happened to an order, for staff. */
export function History({ order }: { order: Order }) {
  const staff = useIsStaff();
  const history = useQuery({ ...historyQuery(order), enabled: staff });
  if (!staff) return null;

  return (
    <Section title={t`History`}>
      <Loaded query={history} lines={4}>
        {(entries) => (
          <ol className="history">
            {entries.map((entry) => (
              <Happened key={`${entry.at} ${entry.reference} ${entry.words}`} entry={entry} />
            ))}
          </ol>
        )}
      </Loaded>
    </Section>
  );
}

function Happened({ entry }: { entry: HistoryEntry }) {
  const isWrong = Boolean(entry.problem) && !isTriedAgain(entry);
  return (
    <li className={isWrong ? "happened happened-wrong" : "happened"}>
      <p>{entry.words}</p>
      {isWrong ? (
        <p className="happened-problem">
          <strong>
            <Trans>Needs attention:</Trans>
          </strong>{" "}
          {entry.problem}
        </p>
      ) : (
        entry.problem && <p>{entry.problem}</p>
      )}
      <p className="fine">
        <When at={entry.at} />
        {entry.reference && (
          <>
            {" · "}
            <code>{entry.reference}</code>
          </>
        )}
      </p>
    </li>
  );
}

/** The server works on it once more by itself; an event that it gives up has failed. */
const isTriedAgain = ({ kind, status }: HistoryEntry) => kind === "event" && status === "new";
