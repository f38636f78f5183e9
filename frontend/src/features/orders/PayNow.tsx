import { t } from "@lingui/core/macro";
import type { MouseEvent } from "react";
import type { Order } from "../../api/types";
import { Trouble } from "../../ui/Trouble";
import { useCheckOut } from "./queries";

/**
 * On to the payment page of an order that waits. The shop is asked first, even where an address is known: what was
 * open when this page was read may be over by now.
 */
export function PayNow({ order }: { order: Order }) {
  const { mutate, isPending, data, error } = useCheckOut(order);
  const label = isPending ? t`One moment…` : t`Pay now`;

  const ask = (event: MouseEvent) => {
    event.preventDefault();
    if (!isPending) mutate();
  };

  return (
    <>
      {order.checkout_url ? (
        <a className="button button-tag" href={order.checkout_url} onClick={ask}>
          {label}
        </a>
      ) : (
        <button type="button" className="button button-tag" onClick={ask} disabled={isPending}>
          {label}
        </button>
      )}
      <p role="status" className="fine">
        {data && !data.checkout_url && !isPending && t`The payment provider has not answered yet.`}
      </p>
      {error && <Trouble error={error} />}
    </>
  );
}
