import "./items.css";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { isNotFound } from "../../api/problem";
import { itemQuery } from "../../api/shop/items";
import { Page } from "../../ui/Page";
import { Skeleton } from "../../ui/Skeleton";
import { Trouble } from "../../ui/Trouble";
import { Availability } from "./Availability";
import type { BuySlot } from "./ItemCard";
import { ItemHead } from "./ItemHead";

const route = getRouteApi("/items/$id");

export function ItemPage({ buy: Buy }: { buy: BuySlot }) {
  const { data: item, error, refetch } = useQuery(itemQuery(Number(route.useParams().id)));

  if (isNotFound(error)) {
    return (
      <Page title={t`No such item`} narrow>
        <p>
          <Trans>This item is not on offer, or not any more.</Trans>
        </p>
        <BackToItems />
      </Page>
    );
  }
  if (!item) {
    return (
      <Page title={t`Item`}>
        {error ? <Trouble error={error} retry={() => refetch()} /> : <Skeleton lines={5} />}
      </Page>
    );
  }
  return (
    <Page title={item.name}>
      <article className="item">
        <ItemHead item={item} />
        <div className="item-text panel">
          <p className="item-description">{item.description}</p>
          <Availability item={item} />
          <Buy item={item} />
          <BackToItems />
        </div>
      </article>
    </Page>
  );
}

function BackToItems() {
  return (
    <p>
      <Link to="/">
        <Trans>All items</Trans>
      </Link>
    </p>
  );
}
