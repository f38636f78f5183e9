import "./basket.css";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { useWaitingOrders } from "../../api/shop/basket";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { Trouble } from "../../ui/Trouble";
import { BasketForm } from "./BasketForm";
import { basketIntent, useBasket } from "./basket";
import { useOrderOfBasket } from "./keep";
import { MoreItems } from "./MoreItems";
import { usePlace } from "./usePlace";
import { Waiting } from "./Waiting";

export function BasketPage() {
  const basket = useBasket();
  const waiting = useWaitingOrders();
  const { place, busy, leaving, error } = usePlace({
    intent: basketIntent,
    isMine: ({ from_basket }) => from_basket === true,
    before: useOrderOfBasket(),
  });
  return (
    <Page title={t`Your basket`} narrow>
      <p role="status" className="sr-only">
        {leaving && t`Your order is placed. One moment…`}
      </p>
      {leaving ? (
        <p>
          <Trans>Your order is placed. One moment…</Trans>
        </p>
      ) : (
        <>
          <Waiting orders={waiting} />
          {basket.open.length > 0 ? (
            <BasketForm basket={basket} place={place} busy={busy} error={busy ? null : error} />
          ) : (
            <NothingLeft error={error} isWaiting={waiting.length > 0} />
          )}
        </>
      )}
    </Page>
  );
}

/** The basket is empty, or all of it is ordered. `error`: what the last try to order came to. */
function NothingLeft({ error, isWaiting }: { error: unknown; isWaiting: boolean }) {
  return (
    <>
      {error != null && <Trouble error={error} />}
      {isWaiting ? <MoreItems /> : <NothingInIt />}
    </>
  );
}

function NothingInIt() {
  return (
    <Empty title={t`Nothing in it yet`}>
      <Link to="/" className="button">
        <Trans>Find something nice</Trans>
      </Link>
    </Empty>
  );
}
