import { Link } from "@tanstack/react-router";
import type { Dashboard } from "../../api/types";
import { Section } from "../../ui/Section";

/** What waits for a person. */
export function Needs({ shop: { needs, findings } }: { shop: Dashboard }) {
  const { hand_over: orders, findings: open, mails } = needs;
  return (
    <Section title="Needs you">
      {orders + open + mails === 0 && <p>Nothing right now.</p>}
      {orders > 0 && (
        <p>
          <Link to="/orders" search={{ status: "paid" }}>
            {count(orders, "paid order")} to hand over
          </Link>
        </p>
      )}
      {mails > 0 && <p>{count(mails, "mail")} that could not be sent. The operator can mend it.</p>}
      {open > 0 && (
        <>
          <p>
            <Link to="/staff/findings">{count(open, "finding")} to look at</Link>
          </p>
          <ul className="dashboard-findings">
            {findings.slice(0, 3).map((finding) => (
              <li key={finding.id} className="fine">
                {finding.words}
              </li>
            ))}
          </ul>
        </>
      )}
    </Section>
  );
}

const count = (number: number, one: string) => (number === 1 ? `1 ${one}` : `${number} ${one}s`);
