import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link, useNavigate } from "@tanstack/react-router";
import { useId } from "react";
import type { Category } from "../../api/types";
import { say } from "../../language";
import { type ItemSearch, isSorting, sortings } from "./search";

type Props = { categories: Category[]; search: ItemSearch; isLong: boolean };

/** Categories, where the shop has some, and the order in which items stand, where there are many. */
export function Choose({ categories, search, isLong }: Props) {
  const isUsed = search.category !== undefined || search.sort !== undefined;
  if (categories.length === 0 && !isLong && !isUsed) return null;
  return (
    <div className="choose">
      {categories.length > 0 && (
        <nav className="chips" aria-label={t`Categories`}>
          <Chip
            search={{ ...search, category: undefined }}
            label={t`All`}
            isChosen={!search.category}
          />
          {categories.map(({ name }) => (
            <Chip
              key={name}
              search={{ ...search, category: name }}
              label={name}
              isChosen={search.category === name}
            />
          ))}
        </nav>
      )}
      <Sort search={search} />
    </div>
  );
}

type ChipProps = { search: ItemSearch; label: string; isChosen: boolean };

function Chip({ search, label, isChosen }: ChipProps) {
  return (
    <Link
      to="/"
      search={search}
      className={isChosen ? "chip chip-chosen" : "chip"}
      activeProps={{}}
      activeOptions={{ exact: true }} // else "All" is current beside each category
      aria-current={isChosen ? "true" : undefined}
    >
      {label}
    </Link>
  );
}

function Sort({ search }: { search: ItemSearch }) {
  const navigate = useNavigate();
  const id = useId();
  const choose = (sort: string) =>
    navigate({
      to: "/",
      search: { ...search, sort: isSorting(sort) && sort !== "name" ? sort : undefined },
    });
  return (
    <div className="sort">
      <label htmlFor={id} className="sr-only">
        <Trans>Order of the items</Trans>
      </label>
      <select
        id={id}
        value={search.sort ?? "name"}
        onChange={(event) => choose(event.target.value)}
      >
        {Object.entries(sortings).map(([sort, words]) => (
          <option key={sort} value={sort}>
            {say(words)}
          </option>
        ))}
      </select>
    </div>
  );
}
