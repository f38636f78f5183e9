import { Trans } from "@lingui/react/macro";
import { useBasket } from "./basket";
import { useKeptBasket } from "./keep";

/** How many things lie in the basket, behind its link. */
export function BasketCount() {
  useKeptBasket();
  const { lines } = useBasket();
  const count = lines.reduce((sum, line) => sum + line.quantity, 0);
  if (count === 0) return null;
  return (
    <span className="basket-count">
      <span className="sr-only">
        <Trans>with </Trans>
      </span>
      {count}
    </span>
  );
}
