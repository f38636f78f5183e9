import type { Item } from "../../api/types";
import { Picture } from "./Picture";
import { Price } from "./Price";

/** The picture of an item with its price on it. */
export function ItemHead({ item }: { item: Item }) {
  return (
    <div className="card-picture">
      <Picture item={item} />
      <Price item={item} />
    </div>
  );
}
