import { msg, t } from "@lingui/core/macro";
import { Link } from "@tanstack/react-router";
import type { Dashboard, Order } from "../../api/types";
import { say, type Words } from "../../language";
import { Section } from "../../ui/Section";

export function OrdersByState({ shop: { orders } }: { shop: Dashboard }) {
  return (
    <Section title={t`Orders`}>
      <ul className="dashboard-states">
        {states.map(([status, label]) => (
          <li key={status}>
            <Link to="/orders" search={{ status }}>
              <strong>{orders[status] ?? 0}</strong> {say(label)}
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}

const states: [Order["status"], Words][] = [
  ["pending", msg`not paid yet`],
  ["processing", msg`payment under way`],
  ["paid", msg`paid`],
  ["fulfilled", msg`handed over`],
  ["cancelling", msg`being cancelled`],
  ["cancelled", msg`cancelled`],
];
