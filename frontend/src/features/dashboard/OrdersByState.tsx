import { Link } from "@tanstack/react-router";
import type { Dashboard, Order } from "../../api/types";
import { Section } from "../../ui/Section";

export function OrdersByState({ shop: { orders } }: { shop: Dashboard }) {
  return (
    <Section title="Orders">
      <ul className="dashboard-states">
        {states.map(([status, label]) => (
          <li key={status}>
            <Link to="/orders" search={{ status }}>
              <strong>{orders[status] ?? 0}</strong> {label}
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}

const states: [Order["status"], string][] = [
  ["pending", "not paid yet"],
  ["processing", "payment under way"],
  ["paid", "paid"],
  ["fulfilled", "handed over"],
  ["cancelling", "being cancelled"],
  ["cancelled", "cancelled"],
];
