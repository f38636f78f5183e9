import { Trans } from "@lingui/react/macro";
import { useWaitingOrders } from "../../api/shop/basket";
import type { Item } from "../../api/types";

export function Availability({ item }: { item: Item }) {
  const isMine = useWaitingOrders(item.id).length > 0;
  if (!item.on_sale)
    return (
      <p className="stock stock-none">
        <Trans>Not on sale yet</Trans>
      </p>
    );
  if (item.available === null)
    return (
      <p className="stock">
        <Trans>In stock</Trans>
      </p>
    );
  if (item.available <= 0 && isMine)
    return (
      <p className="stock stock-few">
        <Trans>The last for you</Trans>
      </p>
    );
  if (item.available <= 0)
    return (
      <p className="stock stock-none">
        <Trans>Sold out</Trans>
      </p>
    );
  const few = item.available <= 3;
  return (
    <p className={few ? "stock stock-few" : "stock"}>
      <Trans>{item.available} left</Trans>
    </p>
  );
}
