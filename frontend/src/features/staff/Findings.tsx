import "./staff.css";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Finding } from "../../api/types";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { Skeleton } from "../../ui/Skeleton";
import { Trouble } from "../../ui/Trouble";
import { When } from "../../ui/When";
import { CloseFinding } from "./CloseFinding";
import { closedFindingsQuery, findingsQuery } from "./queries";

/** What no rule can settle, so that a person has to. */
export function Findings() {
  const { data, error, isPending, refetch } = useQuery(findingsQuery);
  return (
    <Page title="Needs attention">
      {error && <Trouble error={error} retry={() => refetch()} />}
      {isPending && <Skeleton lines={6} />}
      {data?.length === 0 && (
        <Empty title="All is in line">
          <p>Payments, refunds and stock agree with one another and with the provider.</p>
        </Empty>
      )}
      {data && data.length > 0 && (
        <ul className="rows" aria-label="Findings">
          {data.map((finding) => (
            <FindingRow key={finding.id} finding={finding} />
          ))}
        </ul>
      )}
      <Closed />
    </Page>
  );
}

function FindingRow({ finding }: { finding: Finding }) {
  const { kind, subject, words, order_id } = finding;
  return (
    <li className="row finding">
      <div className="row-main">
        <h2 className="row-title">{titles[kind] ?? kind}</h2>
        <p>{words}</p>
        {/* A bare number is a row of ours, and tells nobody anything. */}
        {!/^\d+$/.test(subject) && (
          <p className="fine">
            <code>{subject}</code>
          </p>
        )}
      </div>
      <div className="actions">
        {order_id !== null && <ToOrder id={order_id} words={words} />}
        <CloseFinding finding={finding} />
      </div>
    </li>
  );
}

function ToOrder({ id, words }: { id: number; words: string }) {
  return (
    <Link
      to="/orders/$id"
      params={{ id: String(id) }}
      className="button button-quiet"
      aria-label={`To the order: ${words}`}
    >
      To the order
    </Link>
  );
}

/** What was closed, by whom and why: also where it was of no order, whose history would tell. */
function Closed() {
  const [wanted, setWanted] = useState(false);
  const { data, error, refetch } = useQuery({ ...closedFindingsQuery, enabled: wanted });
  return (
    <details className="panel" onToggle={(event) => setWanted(event.currentTarget.open)}>
      <summary>Closed</summary>
      {error && <Trouble error={error} retry={() => refetch()} />}
      {data?.total === 0 && <p>Nothing was closed yet.</p>}
      {data && data.total > 0 && (
        <ul className="trail" aria-label="Closed findings">
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

/** The kinds are the API's; docs/payments.md says what to do about each. */
const titles: Record<string, string> = {
  attempt: "An attempt to pay",
  event: "A message of the provider",
  refund: "A refund",
  dispute: "A dispute",
  payment_missing: "Money without an order",
  payment_foreign: "Money by a session that is not ours",
  payment_unknown: "A payment that the provider does not know",
  payment_differs: "A payment of another amount",
  refund_differs: "A refund that the books do not agree on",
  stock_differs: "Stock that does not add up",
};
