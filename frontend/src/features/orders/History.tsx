import { useQuery } from "@tanstack/react-query";
import { useMe } from "../../api/me";
import type { HistoryEntry, Order } from "../../api/types";
import { Skeleton } from "../../ui/Skeleton";
import { Trouble } from "../../ui/Trouble";
import { When } from "../../ui/When";
import { historyQuery } from "./queries";

/** Everything that happened to an order, for staff. */
export function History({ order }: { order: Order }) {
  const staff = useMe()?.role === "staff";
  const { data, error, isPending, refetch } = useQuery({ ...historyQuery(order), enabled: staff });
  if (!staff) return null;

  return (
    <section className="panel" aria-labelledby="history">
      <h2 id="history">History</h2>
      {error && <Trouble error={error} retry={() => refetch()} />}
      {isPending && !error && <Skeleton lines={4} />}
      {data && (
        <ol className="history">
          {data.map((entry) => (
            <Happened key={`${entry.at} ${entry.reference} ${entry.words}`} entry={entry} />
          ))}
        </ol>
      )}
    </section>
  );
}

function Happened({ entry }: { entry: HistoryEntry }) {
  return (
    <li className={entry.problem ? "happened happened-wrong" : "happened"}>
      <p>{entry.words}</p>
      {entry.problem && (
        <p className="happened-problem">
          <strong>Needs attention:</strong> {entry.problem}
        </p>
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
