import { useQuery } from "@tanstack/react-query";
import { shopQuery } from "../../api/shop/shop";

/** On paper alone, where the frame around the page is not: who sold. */
export function Letterhead() {
  const shop = useQuery(shopQuery).data;
  if (!shop) return null;
  return (
    <div className="letterhead">
      <strong>{shop.name}</strong>
      {shop.contact && <p>{shop.contact}</p>}
    </div>
  );
}
