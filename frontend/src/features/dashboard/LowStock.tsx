import { Link } from "@tanstack/react-router";
import type { Dashboard } from "../../api/types";
import { Section } from "../../ui/Section";

export function LowStock({ shop: { low_stock: items } }: { shop: Dashboard }) {
  return (
    <Section title="Stock that runs out">
      {items.length === 0 && <p>There is enough of everything.</p>}
      <ul className="entries">
        {items.map((item) => (
          <li key={item.id} className="entry">
            <p className="row-main">
              <Link to="/staff/items/$id" params={{ id: String(item.id) }}>
                {item.name}
              </Link>
            </p>
            <p className={item.available > 0 ? "mark mark-wait" : "mark mark-over"}>
              {item.available > 0 ? `${item.available} left` : "sold out"}
            </p>
          </li>
        ))}
      </ul>
      {items.length > 0 && (
        <p>
          <Link to="/staff/items" search={{ only: "low" }}>
            All of these in the stock
          </Link>
        </p>
      )}
    </Section>
  );
}
