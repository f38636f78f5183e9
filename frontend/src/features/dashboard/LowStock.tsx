import "../../ui/lists.css";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import type { Dashboard } from "../../api/types";
import { Section } from "../../ui/Section";

export function LowStock({ shop: { low_stock: items } }: { shop: Dashboard }) {
  return (
    <Section title={t`Stock that runs out`}>
      {items.length === 0 && (
        <p>
          <Trans>There is enough of everything.</Trans>
        </p>
      )}
      <ul className="entries">
        {items.map((item) => (
          <li key={item.id} className="entry">
            <p className="row-main">
              <Link to="/staff/items/$id" params={{ id: String(item.id) }}>
                {item.name}
              </Link>
            </p>
            <p className={item.available > 0 ? "mark mark-wait" : "mark mark-over"}>
              {item.available > 0 ? t`${item.available} left` : t`sold out`}
            </p>
          </li>
        ))}
      </ul>
      {items.length > 0 && (
        <p>
          <Link to="/staff/items" search={{ only: "low" }}>
            <Trans>All of these in the stock</Trans>
          </Link>
        </p>
      )}
    </Section>
  );
}
