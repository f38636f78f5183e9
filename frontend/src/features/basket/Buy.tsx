import "./basket.css";
import { type MouseEvent, useId } from "react";
import { useIntent } from "../../api/shop/intent";
import type { Item, NewOrder } from "../../api/types";
import { Form } from "../../ui/Form";
import { Trouble } from "../../ui/Trouble";
import { MOST, MOST_LINES, useBasket } from "./basket";
import { InBasket } from "./InBasket";
import { usePlace } from "./usePlace";

export function Buy({ item }: { item: Item }) {
  const { place, busy, leaving, error } = usePlace(useIntent<NewOrder>());
  const basket = useBasket();
  const id = useId();
  const most = Math.min(item.available ?? MOST, MOST);
  if (!item.on_sale || most < 1) return null;

  const inBasket = basket.count(item.id);
  const full = inBasket === 0 && basket.lines.length >= MOST_LINES;

  const add = ({ currentTarget: { form } }: MouseEvent<HTMLButtonElement>) => {
    if (!form?.reportValidity()) return;
    const quantity = Number(new FormData(form).get("quantity"));
    basket.set(item.id, Math.min(inBasket + quantity, most));
  };

  return (
    <Form
      className="buy"
      error={error}
      noValidate={false}
      onSend={(value) => place([{ item_id: item.id, quantity: Number(value("quantity")) }])}
    >
      <label htmlFor={id}>
        Quantity <span className="sr-only">of {item.name}</span>
      </label>
      <input id={id} name="quantity" type="number" min={1} max={most} defaultValue={1} required />
      <button type="submit" className="button" disabled={busy}>
        {busy ? "One moment…" : "Buy"} <span className="sr-only">{item.name}</span>
      </button>
      <button type="button" className="button button-quiet" onClick={add} disabled={busy || full}>
        Add to basket <span className="sr-only">{item.name}</span>
      </button>
      <InBasket count={inBasket} most={most} />
      {error && !busy && <Trouble error={error} />}
      <p role="status" className="sr-only">
        {leaving && "Your order is placed. One moment…"}
      </p>
    </Form>
  );
}
