import { Trans } from "@lingui/react/macro";
import type { Order } from "../../api/types";

type Bought = Partial<Pick<Order, "buyer" | "phone" | "shipping_address" | "note">>;

/** For staff: who bought, by name and email. */
export function BuyerName({ of: { buyer } }: { of: Bought }) {
  return buyer && [buyer.name ?? buyer.username, buyer.email].filter(Boolean).join(" · ");
}

/** For staff: where the buyer is reached and the order goes, as far as the payment page has collected it. */
export function BuyerPlace({ of: { phone, shipping_address: address } }: { of: Bought }) {
  const place = [phone, addressLine(address)].filter(Boolean).join(" · ");
  return place && <p className="fine">{place}</p>;
}

/** For staff: all that is known of who gets an order, and what they wrote. */
export function Buyer({ of }: { of: Bought }) {
  const { buyer, note } = of;
  if (!buyer) return null;
  return (
    <>
      <p className="fine">
        <Trans>
          For <BuyerName of={of} />
        </Trans>
      </p>
      <BuyerPlace of={of} />
      {note && (
        <p>
          <Trans>Their note: {note}</Trans>
        </p>
      )}
    </>
  );
}

/** On one line, in the order in which the provider has its fields. */
export const addressLine = (address: Bought["shipping_address"]) =>
  address && Object.values(address).filter(Boolean).join(", ");
