import "./orders.css";
import { useId } from "react";
import type { Item } from "../../api/types";
import { Form } from "../../ui/Form";
import { Trouble } from "../../ui/Trouble";
import { useBuy } from "./useBuy";

/** As many as one order takes where the stock sets no limit. */
const MOST = 99;

export function Buy({ item }: { item: Item }) {
  const { buy, busy, leaving, error } = useBuy(item);
  const id = useId();
  const most = Math.min(item.available ?? MOST, MOST);
  if (!item.on_sale || most < 1) return null;

  return (
    <Form
      className="buy"
      error={error}
      noValidate={false}
      onSend={(value) => buy(Number(value("quantity")))}
    >
      <label htmlFor={id}>
        Quantity <span className="sr-only">of {item.name}</span>
      </label>
      <input id={id} name="quantity" type="number" min={1} max={most} defaultValue={1} required />
      <button type="submit" className="button" disabled={busy}>
        {busy ? "One moment…" : "Buy"} <span className="sr-only">{item.name}</span>
      </button>
      {error && !busy && <Trouble error={error} />}
      <p role="status" className="sr-only">
        {leaving && "Your order is placed. One moment…"}
      </p>
    </Form>
  );
}
