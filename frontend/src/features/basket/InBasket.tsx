import { Link } from "@tanstack/react-router";

/** How many of an item lie in the basket. A live region: what was added is read out. */
export function InBasket({ count, most }: { count: number; most: number }) {
  return (
    <p role="status" className="in-basket">
      {count > 0 && (
        <>
          {count} in your <Link to="/basket">basket</Link>
          {count >= most && ", and that is the most"}
        </>
      )}
    </p>
  );
}
