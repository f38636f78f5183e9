import { msg, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useId } from "react";
import { shopQuery } from "../../api/shop/shop";
import { say, type Words } from "../../language";
import { Form } from "../../ui/Form";
import { isSorting, type OrderSearch, sortings, tableAddress } from "./search";
import { isStatus, statusLabels } from "./status";

/** Staff's way to an order: by words, state and days; and the same orders as a table. */
export function FindOrders({ search }: { search: OrderSearch }) {
  const navigate = useNavigate();
  const zone = useQuery(shopQuery).data?.time_zone;
  const find = (value: (name: string) => string) => {
    const [status, sort] = [value("status"), value("sort")];
    navigate({
      to: "/orders",
      search: {
        user: search.user,
        q: value("q").trim() || undefined,
        status: isStatus(status) ? status : undefined,
        from: value("from") || undefined,
        to: value("to") || undefined,
        sort: isSorting(sort) && sort !== "-created_at" ? sort : undefined,
      },
    });
  };

  return (
    <Form role="search" className="find-orders" error={null} onSend={find}>
      <Input label={t`Number, buyer or item`} name="q" type="search" value={search.q} />
      <Select label={t`State`} name="status" value={search.status ?? ""}>
        {{ "": msg`All orders`, ...statusLabels }}
      </Select>
      <Input label={t`Placed from`} name="from" type="date" value={search.from} />
      <Input label={t`Placed to`} name="to" type="date" value={search.to} />
      <Select label={t`Sorting`} name="sort" value={search.sort ?? "-created_at"}>
        {sortings}
      </Select>
      <button type="submit" className="button">
        <Trans>Search</Trans>
      </button>
      <a href={tableAddress(search)} className="button button-quiet" download>
        <Trans>Save as CSV</Trans>
      </a>
      {zone && (
        <p className="fine find-orders-zone">
          <Trans>Days begin and end as in the shop’s time zone, {zone}.</Trans>
        </p>
      )}
    </Form>
  );
}

type Named = { label: string; name: string };

function Input({ label, name, type, value }: Named & { type: string; value?: string }) {
  const id = useId();
  return (
    <div className={type === "search" ? "field find-orders-words" : "field"}>
      <label htmlFor={id}>{label}</label>
      <input id={id} type={type} name={name} maxLength={200} defaultValue={value} />
    </div>
  );
}

function Select({
  label,
  name,
  value,
  children,
}: Named & { value: string; children: Record<string, Words> }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} name={name} defaultValue={value}>
        {Object.entries(children).map(([each, words]) => (
          <option key={each} value={each}>
            {say(words)}
          </option>
        ))}
      </select>
    </div>
  );
}
