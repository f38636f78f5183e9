import type { UseQueryResult } from "@tanstack/react-query";

type Props = {
  list: UseQueryResult<{ total: number }>;
  /** What is counted, in words: "1 item", "3 users". */
  count: (total: number) => string;
};

/** How many a search gave, for those who hear the page. */
export function ResultCount({ list: { data, isPlaceholderData }, count }: Props) {
  return (
    <p role="status" className="sr-only">
      {data && !isPlaceholderData && count(data.total)}
    </p>
  );
}
