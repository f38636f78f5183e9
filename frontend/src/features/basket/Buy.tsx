import "./basket.css";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type MouseEvent, useId } from "react";
import { useWaitingOrders } from "../../api/shop/basket";
import { useIntent } from "../../api/shop/intent";
import type { Item, NewOrder } from "../../api/types";
import { Form } from "../../ui/Form";
import { Trouble } from "../../ui/Trouble";
import { useBasket } from "./basket";
import { InBasket } from "./InBasket";
import { count, MOST, MOST_LINES } from "./lines";
import { usePlace } from "./usePlace";
import { WaitingOf } from "./Waiting";

export function Buy({ item }: { item: Item }) {
  const most = Math.min(item.available ?? MOST, MOST);
  const canBuy = item.on_sale && most >= 1;
  const { place, busy, leaving, error } = usePlace({
    intent: useIntent<NewOrder>(),
    isMine: ({ lines, from_basket }) => canBuy && !from_basket && lines[0]?.item_id === item.id,
  });
  const basket = useBasket();
  const id = useId();
  const waiting = <WaitingOf itemId={item.id} orders={useWaitingOrders(item.id)} />;
  if (!canBuy) return waiting;

  const inBasket = count(basket.open, item.id);
  const full = basket.count(item.id) === 0 && basket.lines.length >= MOST_LINES;

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
      onSend={(value) =>
        place({
          lines: [{ item_id: item.id, quantity: Number(value("quantity")) }],
          note: "",
          from_basket: false,
          basket_version: null,
        })
      }
    >
      <label htmlFor={id}>
        <Trans>
          Quantity <span className="sr-only">of {item.name}</span>
        </Trans>
      </label>
      <input id={id} name="quantity" type="number" min={1} max={most} defaultValue={1} required />
      <button type="submit" className="button" disabled={busy}>
        {busy ? t`One moment…` : t`Buy`} <span className="sr-only">{item.name}</span>
      </button>
      <button type="button" className="button button-quiet" onClick={add} disabled={busy || full}>
        <Trans>
          Add to basket <span className="sr-only">{item.name}</span>
        </Trans>
      </button>
      <InBasket count={inBasket} most={most} />
      {waiting}
      {error && !busy && <Trouble error={error} />}
      <p role="status" className="sr-only">
        {leaving && t`Your order is placed. One moment…`}
      </p>
    </Form>
  );
}
