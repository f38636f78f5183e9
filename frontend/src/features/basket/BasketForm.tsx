import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type UseQueryResult, useQueries, useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useMe } from "../../api/me";
import { fieldError, Problem } from "../../api/problem";
import { itemQuery } from "../../api/shop/items";
import { shopQuery } from "../../api/shop/shop";
import type { Item, NewOrder, OrderLineRequest } from "../../api/types";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { showMoney } from "../../ui/shop/money";
import { Trouble } from "../../ui/Trouble";
import { BasketRow, whatIsWrong } from "./BasketRow";
import type { useBasket } from "./basket";
import { MoreItems } from "./MoreItems";

type Row = { line: OrderLineRequest; item: UseQueryResult<Item> | undefined };

type Props = {
  basket: ReturnType<typeof useBasket>;
  place: (wish: NewOrder) => void;
  busy: boolean;
  error: unknown;
};

/** What is still to be ordered, with a note for the shop. */
export function BasketForm({ basket, place, busy, error }: Props) {
  const me = useMe();
  const list = useRef<HTMLUListElement>(null);
  const [unfit, setUnfit] = useState<Problem | null>(null);
  const items = useQueries({ queries: basket.open.map((line) => itemQuery(line.item_id)) });
  const rows = basket.open.map((line, at) => ({ line, item: items[at] }));
  const wrong = rows.some(({ line, item }) => !item?.data || whatIsWrong(item, line.quantity));

  const checkOut = (value: (name: string) => string) => {
    basket.write(value("note"));
    setUnfit(
      wrong
        ? new Problem(422, "unfit", t`Some of this cannot be had: look at what is marked above.`)
        : null,
    );
    const order = { lines: basket.open, from_basket: true, basket_version: null };
    if (!wrong) place({ ...order, note: value("note") });
  };
  const remove = (id: number) => {
    basket.set(id, 0);
    list.current?.focus();
  };
  const shown = (wrong && unfit) || error;

  return (
    <Form className="basket" error={shown} onSend={checkOut}>
      <fieldset disabled={busy}>
        <legend className="sr-only">
          <Trans>What you are about to order</Trans>
        </legend>
        <ul className="rows" ref={list} tabIndex={-1} aria-label={t`Items in your basket`}>
          {rows.map(({ line, item }) => (
            <BasketRow
              key={line.item_id}
              line={line}
              item={item}
              onQuantity={(quantity) => basket.set(line.item_id, quantity)}
              onRemove={() => remove(line.item_id)}
            />
          ))}
        </ul>
        <Field
          multiline
          label={t`A note for the shop`}
          name="note"
          maxLength={500}
          defaultValue={basket.note}
          onBlur={({ currentTarget }) => basket.write(currentTarget.value)}
          hint={t`If there is something to know before it is handed over.`}
          error={fieldError(shown, "note")}
        />
      </fieldset>
      {shown != null && <Trouble error={shown}>{aboutAll(shown)}</Trouble>}
      <div className="basket-foot">
        <p role="status" className="basket-total">
          <Trans>
            Total <strong>{total(rows)}</strong>
          </Trans>
        </p>
        <button type="submit" className="button" disabled={busy}>
          {busy ? t`One moment…` : me === null ? t`Sign in and check out` : t`Check out`}
        </button>
      </div>
      <WhatIsAdded />
      <MoreItems />
    </Form>
  );
}

/** The API's own words about the lines as a whole: a form has no field for them. */
const aboutAll = (error: unknown) => fieldError(error, "lines");

/** The sum of what can be had, or a dash until it is known. */
function total(rows: Row[]): string {
  const priced = rows.flatMap(({ line, item }) =>
    item?.data?.price == null ? [] : [{ sum: item.data.price * line.quantity, item: item.data }],
  );
  const of = priced[0]?.item;
  const sum = priced.reduce((sum, each) => sum + each.sum, 0);
  return of ? showMoney(sum, of) : "–";
}

/** The total is without what the payment page works out. */
function WhatIsAdded() {
  const { adds_shipping, adds_tax } = useQuery(shopQuery).data ?? {};
  if (!adds_shipping && !adds_tax) return null;
  return (
    <p className="fine">
      {adds_shipping && adds_tax && (
        <Trans>Shipping and tax are worked out on the payment page.</Trans>
      )}
      {adds_shipping && !adds_tax && <Trans>Shipping is worked out on the payment page.</Trans>}
      {!adds_shipping && adds_tax && <Trans>Tax is worked out on the payment page.</Trans>}
    </p>
  );
}
