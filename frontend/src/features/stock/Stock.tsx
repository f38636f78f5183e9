import "./stock.css";
import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useRef } from "react";
import type { Item } from "../../api/types";
import { Empty } from "../../ui/Empty";
import { Listing } from "../../ui/Listing";
import { Page } from "../../ui/Page";
import { ResultCount } from "../../ui/ResultCount";
import { showMoney } from "../../ui/shop/money";
import { DeleteItem } from "./DeleteItem";
import { FindItems } from "./FindItems";
import { stockQuery } from "./queries";

const route = getRouteApi("/in/staff/staff/items");

export function Stock() {
  const search = route.useSearch();
  const stock = useQuery(stockQuery(search));
  const list = useRef<HTMLUListElement>(null);

  return (
    <Page title={t`Stock`} aside={<NewItemLink />}>
      <FindItems key={JSON.stringify(search)} search={search} />
      <ResultCount
        list={stock}
        count={(total) => plural(total, { one: "# item", other: "# items" })}
      />
      <Listing list={stock} empty={search.q || search.only ? <NothingFound /> : <NoItems />}>
        {(items) => (
          <ul className="rows" ref={list} tabIndex={-1} aria-label={t`Items`}>
            {items.map((item) => (
              <StockRow key={item.id} item={item} onDeleted={() => list.current?.focus()} />
            ))}
          </ul>
        )}
      </Listing>
    </Page>
  );
}

function StockRow({ item, onDeleted }: { item: Item; onDeleted: () => void }) {
  const price = item.price === null ? t`Draft` : showMoney(item.price, item);
  return (
    <li className="row">
      <div className="row-main">
        <h2 className="row-title">
          <Link to="/staff/items/$id" params={{ id: String(item.id) }}>
            {item.name}
          </Link>
        </h2>
        <p className="fine">{stockInWords(item)}</p>
      </div>
      <p className="row-money">{price}</p>
      <DeleteItem item={item} onDeleted={onDeleted} />
    </li>
  );
}

function stockInWords({ on_hand, available }: Item): string {
  if (on_hand === null) return t`No limit`;
  const held = on_hand - (available ?? on_hand);
  return held > 0 ? t`${on_hand} on hand, ${held} of them held for orders` : t`${on_hand} on hand`;
}

function NothingFound() {
  return (
    <Empty title={t`No items found`}>
      <Link to="/staff/items" className="button button-quiet">
        <Trans>Show all items</Trans>
      </Link>
    </Empty>
  );
}

function NoItems() {
  return (
    <Empty title={t`No items yet`}>
      <Trans>Add the first one, and the shop is open.</Trans>
    </Empty>
  );
}

function NewItemLink() {
  return (
    <Link to="/staff/items/new" className="button">
      <Trans>New item</Trans>
    </Link>
  );
}
