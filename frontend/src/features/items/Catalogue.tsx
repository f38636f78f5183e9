import "./items.css";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Empty } from "../../ui/Empty";
import { Listing } from "../../ui/Listing";
import { Page } from "../../ui/Page";
import { ResultCount } from "../../ui/ResultCount";
import { Choose } from "./Choose";
import { type BuySlot, ItemCard } from "./ItemCard";
import { itemsQuery, PER_PAGE } from "./queries";
import { SearchBox } from "./SearchBox";

const route = getRouteApi("/");

export function Catalogue({ buy }: { buy: BuySlot }) {
  const { page = 1, ...search } = route.useSearch();
  const { q = "", category } = search;
  const items = useQuery(itemsQuery(search, page));

  return (
    <Page
      title={q ? `Items for “${q}”` : (category ?? "On offer today")}
      aside={<SearchBox key={q} q={q} />}
    >
      <ResultCount list={items} one="item" />
      <Choose search={search} isLong={(items.data?.total ?? 0) > PER_PAGE} />
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
