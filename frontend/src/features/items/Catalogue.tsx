import "./items.css";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Empty } from "../../ui/Empty";
import { Listing } from "../../ui/Listing";
import { Page } from "../../ui/Page";
import { ResultCount } from "../../ui/ResultCount";
import { type BuySlot, ItemCard } from "./ItemCard";
import { itemsQuery } from "./queries";
import { SearchBox } from "./SearchBox";

const route = getRouteApi("/");

export function Catalogue({ buy }: { buy: BuySlot }) {
  const { q = "", page = 1 } = route.useSearch();
  const items = useQuery(itemsQuery(q, page));

  return (
    <Page title={q ? `Items for “${q}”` : "On offer today"} aside={<SearchBox key={q} q={q} />}>
      <ResultCount list={items} one="item" />
      <Listing list={items} empty={<NoItems q={q} />} loading={<EmptyShelf />}>
        {(shown) => (
          <ul className="shelf">
            {shown.map((item) => (
              <ItemCard key={item.id} item={item} buy={buy} />
            ))}
          </ul>
        )}
      </Listing>
    </Page>
  );
}

function NoItems({ q }: { q: string }) {
  if (!q)
    return <Empty title="The shelves are empty">Come back soon: something is on its way.</Empty>;
  return (
    <Empty title={`Nothing found for “${q}”`}>
      <Link to="/" className="button button-quiet">
        Show all items
      </Link>
    </Empty>
  );
}

function EmptyShelf() {
  return (
    <div className="shelf" role="status">
      <span className="sr-only">Loading…</span>
      {["a", "b", "c", "d", "e", "f"].map((key) => (
        <div key={key} className="card card-loading" />
      ))}
    </div>
  );
}
