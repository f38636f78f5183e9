import { t } from "@lingui/core/macro";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Empty } from "./Empty";
import { Pager } from "./Pager";
import { Skeleton } from "./Skeleton";
import { Trouble } from "./Trouble";

type Page<T> = { items: T[]; total: number; page: number; per_page: number };

type Props<T> = {
  list: UseQueryResult<Page<T>>;
  /** Shown where there is nothing at all. */
  empty: ReactNode;
  loading?: ReactNode;
  children: (items: T[]) => ReactNode;
};

/** A list from the API in whatever state it is: loading, failed, empty, or a page of it. */
export function Listing<T>({ list, empty, loading = <Skeleton lines={6} />, children }: Props<T>) {
  const { data, error, isPending, isPlaceholderData, refetch } = list;
  return (
    <>
      {error && <Trouble error={error} retry={() => refetch()} />}
      {isPending && loading}
      {data?.total === 0 && empty}
      {data && data.total > 0 && (
        <div className="listing" aria-busy={isPlaceholderData}>
          {data.items.length > 0 ? children(data.items) : <Empty title={t`Nothing on this page`} />}
          <Pager list={data} />
        </div>
      )}
    </>
  );
}
