import { useQuery } from "@tanstack/react-query";
import { shopQuery } from "../../api/shop/shop";
import type { Order } from "../../api/types";

/** How the buyer gets what was bought, in the words of the shop's owner. */
export function Delivery({ order }: { order: Order }) {
  const delivery = useQuery(shopQuery).data?.delivery;
  const isAhead = order.status !== "cancelled" && order.status !== "fulfilled";
  if (!delivery || !isAhead) return null;
  return <p className="delivery">{delivery}</p>;
}
