import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Skeleton } from "./Skeleton";
import { Trouble } from "./Trouble";

type Props<T> = {
  query: UseQueryResult<T>;
  /** How many grey lines stand for what is not there yet. */
  lines: number;
  children: (data: T) => ReactNode;
};

/** An answer of the API in each of its states: loading, failed, or there. */
export function Loaded<T>({
  query: { data, error, isLoading, refetch },
  lines,
  children,
}: Props<T>) {
  return (
    <>
      {error && <Trouble error={error} retry={() => refetch()} />}
      {isLoading && <Skeleton lines={lines} />}
      {data !== undefined && children(data)}
    </>
  );
}
