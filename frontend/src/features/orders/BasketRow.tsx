import type { UseQueryResult } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ChangeEvent, type FocusEvent, useId } from "react";
import { Problem } from "../../api/problem";
import type { Item, Wanted } from "../../api/types";
import { showMoney } from "../../ui/money";
import { Skeleton } from "../../ui/Skeleton";
import { Trouble } from "../../ui/Trouble";
import { MOST } from "./basket";

type Props = {
  line: Wanted;
  item: UseQueryResult<Item> | undefined;
  onQuantity: (quantity: number) => void;
  onRemove: () => void;
};

export function BasketRow({ line, item, onQuantity, onRemove }: Props) {
  const id = useId();
  if (!item || item.isPending)
    return (
      <li className="row">
        <Skeleton lines={2} />
      </li>
    );

  const wrong = whatIsWrong(item, line.quantity);
  const name = item.data?.name ?? "an item that is gone";
  const price = wrong === GONE ? null : item.data?.price;

  const change = ({ currentTarget: { valueAsNumber } }: ChangeEvent<HTMLInputElement>) => {
    if (isQuantity(valueAsNumber)) onQuantity(valueAsNumber);
  };
  const tidy = ({ currentTarget }: FocusEvent<HTMLInputElement>) => {
    if (!isQuantity(currentTarget.valueAsNumber)) currentTarget.value = String(line.quantity);
  };

  return (
    <li className="row basket-row">
      <div className="row-main">
        <h2 className="row-title">
          {item.data && wrong !== GONE ? (
            <Link to="/items/$id" params={{ id: String(line.item_id) }}>
              {name}
            </Link>
          ) : (
            (item.data?.name ?? "An item")
          )}
        </h2>
        {item.data && price != null && <p className="fine">{showMoney(price, item.data)} each</p>}
        {wrong && (
          <p className="field-error" id={`${id}-wrong`}>
            {wrong}
          </p>
        )}
        {item.error && wrong !== GONE && !item.data && (
          <Trouble error={item.error} retry={() => item.refetch()} />
        )}
      </div>
      {item.data && price != null && (
        <>
          <label className="sr-only" htmlFor={id}>
            Quantity of {name}
          </label>
          <input
            id={id}
            type="number"
            inputMode="numeric"
            min={1}
            max={MOST}
            defaultValue={line.quantity}
            onChange={change}
            onBlur={tidy}
            aria-invalid={wrong ? true : undefined}
            aria-describedby={wrong ? `${id}-wrong` : undefined}
          />
          <p className="row-money">{showMoney(price * line.quantity, item.data)}</p>
        </>
      )}
      <button type="button" className="button button-small" onClick={onRemove}>
        Remove <span className="sr-only">{name}</span>
      </button>
    </li>
  );
}

const GONE = "No longer on offer: remove it.";

/** Why this many of an item cannot be ordered now, in words; undefined where they can, as far as is known. */
export function whatIsWrong(item: UseQueryResult<Item>, quantity: number): string | undefined {
  const { data, error } = item;
  if (error instanceof Problem && error.status === 404) return GONE;
  if (!data) return undefined;
  if (!data.on_sale) return "Not on sale at the moment.";
  if (data.available === null || quantity <= data.available) return undefined;
  return data.available <= 0 ? "Sold out." : `Only ${data.available} left.`;
}

const isQuantity = (value: number) => Number.isInteger(value) && value >= 1 && value <= MOST;
