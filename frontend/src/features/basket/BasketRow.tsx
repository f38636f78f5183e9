import { msg, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { UseQueryResult } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useId } from "react";
import { isNotFound } from "../../api/problem";
import { useWaitingOrders } from "../../api/shop/basket";
import type { Item, OrderLineRequest } from "../../api/types";
import { say, type Words } from "../../language";
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
  const wrongText = wrong && (typeof wrong === "string" ? wrong : say(wrong));
  const onOffer = wrong === GONE ? undefined : item.data;
  const name = item.data?.name ?? t`an item that is gone`;
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
            (item.data?.name ?? t`An item`)
          )}
        </h2>
        {onOffer && price !== null && (
          <p className="fine">
            <Trans>{showMoney(price, onOffer)} each</Trans>
          </p>
        )}
        {wrong && (
          <p className="field-error" id={id}>
            {wrong === SOLD_OUT && isWaiting ? say(MINE) : wrongText}
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
        <Trans>
          Remove <span className="sr-only">{name}</span>
        </Trans>
      </button>
    </li>
  );
}

const GONE = msg`No longer on offer: remove it.`;
const SOLD_OUT = msg`Sold out.`;
const MINE = msg`There are no more than your unpaid order has.`;

/** Why this many of an item cannot be ordered now, in words; undefined where they can, as far as is known. */
export function whatIsWrong(
  item: UseQueryResult<Item>,
  quantity: number,
): string | Words | undefined {
  const { data, error } = item;
  if (isNotFound(error)) return GONE;
  if (!data) return undefined;
  if (!data.on_sale) return t`Not on sale at the moment.`;
  if (data.available === null || quantity <= data.available) return undefined;
  return data.available <= 0 ? SOLD_OUT : t`Only ${data.available} left.`;
}
