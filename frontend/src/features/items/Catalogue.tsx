import "./items.css";
import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Empty } from "../../ui/Empty";
import { Listing } from "../../ui/Listing";
import { Page } from "../../ui/Page";
import { ResultCount } from "../../ui/ResultCount";
import { Choose } from "./Choose";
import { type BuySlot, ItemCard } from "./ItemCard";
import { categoriesQuery, itemsQuery, PER_PAGE } from "./queries";
import { SearchBox } from "./SearchBox";

const route = getRouteApi("/");

export function Catalogue({ buy }: { buy: BuySlot }) {
  const { page = 1, ...search } = route.useSearch();
  const { q = "", category } = search;
  const items = useQuery(itemsQuery(search, page));
  const categories = useQuery(categoriesQuery);

  return (
    <Page
      title={q ? t`Items for “${q}”` : (category ?? t`On offer today`)}
      aside={<SearchBox key={q} q={q} />}
    >
      <ResultCount
        list={items}
        count={(total) => plural(total, { one: "# item", other: "# items" })}
      />
      {categories.isPending ? (
        <EmptyShelf />
      ) : (
        <>
          <Choose
            categories={categories.data ?? []}
            search={search}
            isLong={(items.data?.total ?? 0) > PER_PAGE}
          />
          <Listing list={items} empty={<NoItems q={q} />} loading={<EmptyShelf />}>
            {(shown) => (
              <ul className="shelf">
                {shown.map((item) => (
                  <ItemCard key={item.id} item={item} buy={buy} />
                ))}
              </ul>
            )}
          </Listing>
        </>
      )}
    </Page>
  );
}

function NoItems({ q }: { q: string }) {
  if (!q)
    return (
      <Empty title={t`The shelves are empty`}>
        <Trans>Come back soon: something is on its way.</Trans>
      </Empty>
    );
  return (
    <Empty title={t`Nothing found for “${q}”`}>
      <Link to="/" className="button button-quiet">
        <Trans>Show all items</Trans>
      </Link>
    </Empty>
  );
}

function EmptyShelf() {
  return (
    <div className="shelf" role="status">
      <span className="sr-only">
        <Trans>Loading…</Trans>
      </span>
      {["a", "b", "c", "d", "e", "f"].map((key) => (
        <div key={key} className="card card-loading" />
      ))}
    </div>
  );
}
