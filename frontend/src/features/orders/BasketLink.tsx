import { Link } from "@tanstack/react-router";
import { useBasket } from "./basket";

export function BasketLink() {
  const { lines } = useBasket();
  const things = lines.reduce((sum, line) => sum + line.quantity, 0);
  return (
    <Link to="/basket" className="basket-link">
      Basket
      {things > 0 && (
        <span className="basket-count">
          <span className="sr-only">with </span>
          {things}
        </span>
      )}
    </Link>
  );
}
