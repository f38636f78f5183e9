import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";

type Props = { list: { total: number; page: number; per_page: number } };

/** Links to the pages before and after; keeps the rest of the address, such as the search. */
export function Pager({ list: { total, page, per_page } }: Props) {
  const last = Math.max(1, Math.ceil(total / per_page));
  if (last === 1 && page === 1) return null;
  const to = (page: number) => (search: Record<string, unknown>) => ({ ...search, page });
  return (
    <nav className="pager" aria-label={t`Pages`}>
      {page > 1 && (
        <Link
          to="."
          search={to(Math.min(page - 1, last))}
          className="button button-quiet"
          rel="prev"
        >
          <Trans>Previous</Trans>
        </Link>
      )}
      <span aria-current="page">
        <Trans>
          Page {page} of {last}
        </Trans>
      </span>
      {page < last && (
        <Link to="." search={to(page + 1)} className="button button-quiet" rel="next">
          <Trans>Next</Trans>
        </Link>
      )}
    </nav>
  );
}
