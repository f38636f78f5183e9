import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { fieldError, Problem } from "../../api/problem";
import type { Item } from "../../api/types";
import { Field } from "../../ui/Field";
import { Form, type Values } from "../../ui/Form";
import { FormTrouble } from "../../ui/FormTrouble";
import { Submit } from "../../ui/Submit";
import { type Currency, writeMoney } from "../../ui/shop/money";
import { PictureField } from "../../ui/shop/PictureField";
import { readItem } from "./input";
import type { ItemInput } from "./queries";

type Props = {
  item?: Item;
  currency: Currency;
  error: unknown;
  busy: boolean;
  onSave: (item: ItemInput, how: { overwrite: boolean }) => void;
  onReload?: () => void;
};

export function ItemForm({ item, currency, error, busy, onSave, onReload = () => {} }: Props) {
  const [local, setLocal] = useState<Problem | null>(null);
  const shown = local ?? error;
  const about = (field: string) => fieldError(shown, field);
  const price = item?.price != null ? writeMoney(item.price, currency) : "";

  const send = (value: Values, overwrite = false) => {
    const read = readItem(value, currency);
    setLocal(read instanceof Problem ? read : null);
    if (!(read instanceof Problem)) onSave(read, { overwrite });
  };

  return (
    <Form className="panel" error={shown} onSend={(value) => send(value)}>
      <FormTrouble
        error={shown}
        busy={busy}
        onReload={onReload}
        onOverwrite={(value) => send(value, true)}
      />
      <Field label={t`Name`} name="name" defaultValue={item?.name} required error={about("name")} />
      <Field
        multiline
        label={t`Description`}
        name="description"
        defaultValue={item?.description}
        error={about("description")}
      />
      <div className="field-pair">
        <Field
          label={t`Price in ${currency.currency}`}
          name="price"
          inputMode="decimal"
          autoComplete="off"
          defaultValue={price}
          hint={t`Left empty: a draft, not on sale.`}
          error={about("price")}
        />
        <Field
          label={t`On hand`}
          name="on_hand"
          inputMode="numeric"
          autoComplete="off"
          defaultValue={item?.on_hand ?? ""}
          hint={t`Left empty: no limit.`}
          error={about("on_hand")}
        />
      </div>
      <Field
        label={t`Category`}
        name="category"
        autoComplete="off"
        defaultValue={item?.category ?? ""}
        hint={t`Left empty: none.`}
        error={about("category")}
      />
      <PictureField
        label={t`Picture`}
        name="image_url"
        defaultValue={item?.image_url ?? null}
        error={about("image_url")}
      />
      <div className="actions">
        <Submit label={t`Save`} busyLabel={t`Saving…`} busy={busy} />
        <Link to="/staff/items">
          <Trans>Back to the stock</Trans>
        </Link>
      </div>
    </Form>
  );
}
