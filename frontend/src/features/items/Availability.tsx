import { useWaitingOrders } from "../../api/shop/basket";
import type { Item } from "../../api/types";

export function Availability({ item }: { item: Item }) {
  const isMine = useWaitingOrders(item.id).length > 0;
  if (!item.on_sale) return <p className="stock stock-none">Not on sale yet</p>;
  if (item.available === null) return <p className="stock">In stock</p>;
  if (item.available <= 0 && isMine) return <p className="stock stock-few">The last for you</p>;
  if (item.available <= 0) return <p className="stock stock-none">Sold out</p>;
  const few = item.available <= 3;
  return <p className={few ? "stock stock-few" : "stock"}>{item.available} left</p>;
}
