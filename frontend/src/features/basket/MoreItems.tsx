import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";

export function MoreItems() {
  return (
    <p>
      <Link to="/">
        <Trans>More items</Trans>
      </Link>
    </p>
  );
}
