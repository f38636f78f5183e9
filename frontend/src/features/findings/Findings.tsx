import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Finding } from "../../api/types";
import { Empty } from "../../ui/Empty";
import { Loaded } from "../../ui/Loaded";
import { Page } from "../../ui/Page";
import { ClosedFindings } from "./ClosedFindings";
import { CloseFinding } from "./CloseFinding";
import { findingsQuery } from "./queries";

/** What no rule can settle, so that a person has to. */
export function Findings() {
  const findings = useQuery(findingsQuery);
  return (
    <Page title="Needs attention">
      <Loaded query={findings} lines={6}>
        {(open) => (open.length > 0 ? <OpenFindings findings={open} /> : <AllInLine />)}
      </Loaded>
      <ClosedFindings />
    </Page>
  );
}

function OpenFindings({ findings }: { findings: Finding[] }) {
  return (
    <ul className="rows" aria-label="Findings">
      {findings.map((finding) => (
        <FindingRow key={finding.id} finding={finding} />
      ))}
    </ul>
  );
}

function AllInLine() {
  return (
    <Empty title="All is in line">
      <p>Payments, refunds and stock agree with one another and with the provider.</p>
    </Empty>
  );
}

function FindingRow({ finding }: { finding: Finding }) {
  const { kind, subject, words, order_id } = finding;
  return (
    <li className="row">
      <div className="row-main">
        <h2 className="row-title">{titles[kind] ?? kind}</h2>
        <p>{words}</p>
        {/* A bare number is the id of a row, of no use to staff. */}
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

/** docs/payments.md says what to do about each. A kind that only a newer server knows is shown as it is. */
const titles: Record<Finding["kind"], string> = {
  attempt: "An attempt to pay",
  event: "An event of the provider",
  refund: "A refund",
  dispute: "A dispute",
  payment_missing: "Money without an order",
  payment_foreign: "Money by a session that is not ours",
  payment_unknown: "A payment that the provider does not know",
  payment_differs: "A payment of another amount",
  refund_differs: "A refund that the books do not agree on",
  stock_differs: "Stock that does not add up",
};
