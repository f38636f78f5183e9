import { t } from "@lingui/core/macro";
import { Plural, Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import type { Dashboard } from "../../api/types";
import { Section } from "../../ui/Section";

/** What waits for a person. */
export function Needs({ shop: { needs, findings } }: { shop: Dashboard }) {
  const { hand_over: orders, findings: open, mails } = needs;
  return (
    <Section title={t`Needs you`}>
      {orders + open + mails === 0 && (
        <p>
          <Trans>Nothing right now.</Trans>
        </p>
      )}
      {orders > 0 && (
        <p>
          <Link to="/orders" search={{ status: "paid" }}>
            <Plural
              value={orders}
              one="# paid order to hand over"
              other="# paid orders to hand over"
            />
          </Link>
        </p>
      )}
      {mails > 0 && (
        <p>
          <Plural
            value={mails}
            one="# mail that could not be sent. The operator can mend it."
            other="# mails that could not be sent. The operator can mend it."
          />
        </p>
      )}
      {open > 0 && (
        <>
          <p>
            <Link to="/staff/findings">
              <Plural value={open} one="# finding to look at" other="# findings to look at" />
            </Link>
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
