import "./staff.css";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Finding } from "../../api/types";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { Skeleton } from "../../ui/Skeleton";
import { Trouble } from "../../ui/Trouble";
import { findingsQuery } from "./queries";

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
            <FindingRow key={`${finding.kind} ${finding.subject}`} finding={finding} />
          ))}
        </ul>
      )}
    </Page>
  );
}

function FindingRow({ finding: { kind, subject, words, order_id } }: { finding: Finding }) {
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
      {order_id !== null && (
        <Link
          to="/orders/$id"
          params={{ id: String(order_id) }}
          className="button button-quiet"
          aria-label={`To the order: ${words}`}
        >
          To the order
        </Link>
      )}
    </li>
  );
}

/** The kinds are the API's; docs/payments.md says what to do about each. */
const titles: Record<string, string> = {
  attempt: "An attempt to pay",
  event: "A message of the provider",
  refund: "A refund came to nothing",
  dispute: "A dispute",
  payment_missing: "Money without an order",
  payment_unknown: "A payment that the provider does not know",
  payment_differs: "A payment of another amount",
  stock_differs: "Stock that does not add up",
};
