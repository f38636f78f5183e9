import type { UseQueryResult } from "@tanstack/react-query";

type Props = {
  list: UseQueryResult<{ total: number }>;
  /** What is counted: "item", "user". */
  one: string;
};

/** How many a search gave, for those who hear the page. */
export function ResultCount({ list: { data, isPlaceholderData }, one }: Props) {
  return (
    <p role="status" className="sr-only">
      {data && !isPlaceholderData && (data.total === 1 ? `1 ${one}` : `${data.total} ${one}s`)}
    </p>
  );
}
