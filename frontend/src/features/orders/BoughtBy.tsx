import "../../ui/lists.css";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useMe } from "../../api/me";
import type { Order } from "../../api/types";
import { addressLine } from "../../ui/shop/Buyer";

/** For staff: who bought, how to reach them, where it goes, and what they wrote. Buyers see themselves on paper. */
export function BoughtBy({ order }: { order: Order }) {
  const { buyer, note, phone, shipping_address: address } = order;
  if (!buyer) return <Myself />;
  return (
    <section className="panel" aria-labelledby="bought-by">
      <h2 id="bought-by">
        <Trans>Bought by</Trans>
      </h2>
      <dl className="facts">
        <Fact name={t`Buyer`}>
          <Link to="/staff/users/$id" params={{ id: String(buyer.id) }}>
            {buyer.name ?? buyer.username}
          </Link>
        </Fact>
        <Fact name={t`Email`}>{buyer.email}</Fact>
        <Fact name={t`Phone`}>{phone}</Fact>
        <Fact name={t`Address`}>{addressLine(address)}</Fact>
        <Fact name={t`Note`}>{note}</Fact>
      </dl>
    </section>
  );
}

/** The buyer of an order, who is signed in. */
function Myself() {
  const me = useMe();
  return (
    <div className="letterhead">
      <dl className="facts">
        <Fact name={t`Buyer`}>{me?.name ?? me?.username}</Fact>
        <Fact name={t`Email`}>{me?.email}</Fact>
      </dl>
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  if (!children) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
