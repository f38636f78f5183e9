import { Trans } from "@lingui/react/macro";
import { type ChangeEvent, type FocusEvent, useId } from "react";
import { MOST } from "./lines";

type Props = {
  name: string;
  quantity: number;
  /** Of the text that says what is wrong with it. */
  wrongId: string | undefined;
  onQuantity: (quantity: number) => void;
};

/** Takes only whole numbers that an order may have; anything else is put back when the field is left. */
export function QuantityField({ name, quantity, wrongId, onQuantity }: Props) {
  const id = useId();
  const change = ({ currentTarget: { valueAsNumber } }: ChangeEvent<HTMLInputElement>) => {
    if (isQuantity(valueAsNumber)) onQuantity(valueAsNumber);
  };
  const tidy = ({ currentTarget }: FocusEvent<HTMLInputElement>) => {
    if (!isQuantity(currentTarget.valueAsNumber)) currentTarget.value = String(quantity);
  };
  return (
    <>
      <label className="sr-only" htmlFor={id}>
        <Trans>Quantity of {name}</Trans>
      </label>
      <input
        id={id}
        type="number"
        inputMode="numeric"
        min={1}
        max={MOST}
        defaultValue={quantity}
        onChange={change}
        onBlur={tidy}
        aria-invalid={wrongId ? true : undefined}
        aria-describedby={wrongId}
      />
    </>
  );
}

const isQuantity = (value: number) => Number.isInteger(value) && value >= 1 && value <= MOST;
