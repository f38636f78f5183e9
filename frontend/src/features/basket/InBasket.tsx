import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";

/** How many of an item lie in the basket. A live region: what was added is read out. */
export function InBasket({ count, most }: { count: number; most: number }) {
  const isMost = count >= most;
  return (
    <p role="status" className="in-basket">
      {count > 0 && (
        <>
          <Trans>
            {count} in your <Link to="/basket">basket</Link>
          </Trans>
          {isMost && <Trans>, and that is the most</Trans>}
        </>
      )}
    </p>
  );
}
