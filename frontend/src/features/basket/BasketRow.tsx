import type { UseQueryResult } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useId } from "react";
import { isNotFound } from "../../api/problem";
import { useWaitingOrders } from "../../api/shop/basket";
import type { Item, OrderLineRequest } from "../../api/types";
import { Skeleton } from "../../ui/Skeleton";
import { showMoney } from "../../ui/shop/money";
import { Trouble } from "../../ui/Trouble";
import { QuantityField } from "./QuantityField";

type Props = {
  line: OrderLineRequest;
  item: UseQueryResult<Item> | undefined;
  onQuantity: (quantity: number) => void;
  onRemove: () => void;
};

export function BasketRow({ line, item, onQuantity, onRemove }: Props) {
  const id = useId();
  const isWaiting = useWaitingOrders(line.item_id).length > 0;
  if (!item || item.isPending)
    return (
      <li className="row">
        <Skeleton lines={2} />
      </li>
    );

  const wrong = whatIsWrong(item, line.quantity);
  const onOffer = wrong === GONE ? undefined : item.data;
  const name = item.data?.name ?? "an item that is gone";
  const price = onOffer?.price ?? null;

  return (
    <li className="row basket-row">
      <div className="row-main">
        <h2 className="row-title">
          {onOffer ? (
            <Link to="/items/$id" params={{ id: String(line.item_id) }}>
              {name}
            </Link>
          ) : (
            (item.data?.name ?? "An item")
          )}
        </h2>
        {onOffer && price !== null && <p className="fine">{showMoney(price, onOffer)} each</p>}
        {wrong && (
          <p className="field-error" id={id}>
            {wrong === SOLD_OUT && isWaiting ? MINE : wrong}
          </p>
        )}
        {item.error && wrong !== GONE && !item.data && (
          <Trouble error={item.error} retry={() => item.refetch()} />
        )}
      </div>
      {onOffer && price !== null && (
        <>
          <QuantityField
            name={name}
            quantity={line.quantity}
            wrongId={wrong && id}
            onQuantity={onQuantity}
          />
          <p className="row-money">{showMoney(price * line.quantity, onOffer)}</p>
        </>
      )}
      <button type="button" className="button button-small" onClick={onRemove}>
        Remove <span className="sr-only">{name}</span>
      </button>
    </li>
  );
}

const GONE = "No longer on offer: remove it.";
const SOLD_OUT = "Sold out.";
const MINE = "There are no more than your unpaid order has.";

/** Why this many of an item cannot be ordered now, in words; undefined where they can, as far as is known. */
export function whatIsWrong(item: UseQueryResult<Item>, quantity: number): string | undefined {
  const { data, error } = item;
  if (isNotFound(error)) return GONE;
  if (!data) return undefined;
  if (!data.on_sale) return "Not on sale at the moment.";
  if (data.available === null || quantity <= data.available) return undefined;
  return data.available <= 0 ? SOLD_OUT : `Only ${data.available} left.`;
}
