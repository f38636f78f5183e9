import { msg, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Finding } from "../../api/types";
import { say, type Words } from "../../language";
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
    <Page title={t`Needs attention`}>
      <Loaded query={findings} lines={6}>
        {(open) => (open.length > 0 ? <OpenFindings findings={open} /> : <AllInLine />)}
      </Loaded>
      <ClosedFindings />
    </Page>
  );
}

function OpenFindings({ findings }: { findings: Finding[] }) {
  return (
    <ul className="rows" aria-label={t`Findings`}>
      {findings.map((finding) => (
        <FindingRow key={finding.id} finding={finding} />
      ))}
    </ul>
  );
}

function AllInLine() {
  return (
    <Empty title={t`All is in line`}>
      <p>
        <Trans>Payments, refunds and stock agree with one another and with the provider.</Trans>
      </p>
    </Empty>
  );
}

function FindingRow({ finding }: { finding: Finding }) {
  const { kind, subject, words, order_id } = finding;
  return (
    <li className="row">
      <div className="row-main">
        <h2 className="row-title">{titles[kind] ? say(titles[kind]) : kind}</h2>
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
      aria-label={t`To the order: ${words}`}
    >
      <Trans>To the order</Trans>
    </Link>
  );
}

/** docs/payments.md says what to do about each. A kind that only a newer server knows is shown as it is. */
const titles: Record<Finding["kind"], Words> = {
  attempt: msg`An attempt to pay`,
  event: msg`An event of the provider`,
  refund: msg`A refund`,
  dispute: msg`A dispute`,
  payment_missing: msg`Money without an order`,
  payment_foreign: msg`Money by a session that is not ours`,
  payment_unknown: msg`A payment that the provider does not know`,
  payment_differs: msg`A payment of another amount`,
  refund_differs: msg`A refund that the books do not agree on`,
  stock_differs: msg`Stock that does not add up`,
};
