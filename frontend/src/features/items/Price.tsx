import { Trans } from "@lingui/react/macro";
import type { Item } from "../../api/types";
import { showMoney } from "../../ui/shop/money";

export function Price({ item }: { item: Item }) {
  if (item.price === null)
    return (
      <p className="price price-draft">
        <Trans>Draft</Trans>
      </p>
    );
  return <p className="price">{showMoney(item.price, item)}</p>;
}
