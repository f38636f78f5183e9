import type { Order } from "../../api/types";
import { Trouble } from "../../ui/Trouble";
import { useCheckOut } from "./queries";

/** On to the payment page of an order that waits; where there is none, the shop is asked for one. */
export function PayNow({ order }: { order: Order }) {
  const { mutate, isPending, data, error } = useCheckOut(order);

  if (order.checkout_url) {
    return (
      <a className="button button-tag" href={order.checkout_url}>
        Pay now
      </a>
    );
  }
  return (
    <>
      <button
        type="button"
        className="button button-tag"
        onClick={() => mutate()}
        disabled={isPending}
      >
        {isPending ? "One moment…" : "Pay now"}
      </button>
      <p role="status" className="fine">
        {data && !isPending && "The payment provider has not answered yet."}
      </p>
      {error && <Trouble error={error} />}
    </>
  );
}
