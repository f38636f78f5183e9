import { Link } from "@tanstack/react-router";
import type { ComponentType } from "react";
import type { Item } from "../../api/types";
import { Availability } from "./Availability";
import { ItemHead } from "./ItemHead";

/** The basket's feature fills this; src/routes.tsx joins the two. */
export type BuySlot = ComponentType<{ item: Item }>;

export function ItemCard({ item, buy: Buy }: { item: Item; buy: BuySlot }) {
  return (
    <li className="card">
      <ItemHead item={item} />
      <div className="card-text">
        <h2>
          <Link to="/items/$id" params={{ id: String(item.id) }} className="card-link">
            {item.name}
          </Link>
        </h2>
        <p className="card-description">{item.description}</p>
        <Availability item={item} />
      </div>
      <div className="card-buy">
        <Buy item={item} />
      </div>
    </li>
  );
}
