import "./orders.css";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { isNotFound } from "../../api/problem";
import { Loaded } from "../../ui/Loaded";
import { Page } from "../../ui/Page";
import { BoughtBy } from "./BoughtBy";
import { Delivery } from "./Delivery";
import { History } from "./History";
import { Letterhead } from "./Letterhead";
import { OrderState } from "./OrderState";
import { orderQuery } from "./queries";
import { Receipt } from "./Receipt";
import { Refund } from "./Refund";

const route = getRouteApi("/in/orders/$id");

export function OrderPage() {
  const query = useQuery(orderQuery(Number(route.useParams().id)));
  const title = query.data ? t`Order ${query.data.number}` : t`Order`;

  if (isNotFound(query.error)) {
    return (
      <Page title={t`No such order`} narrow>
        <p>
          <Trans>There is no such order, or it is another user’s.</Trans>
        </p>
        <AllOrders />
      </Page>
    );
  }
  return (
    <>
      <Letterhead />
      <Page title={title} narrow>
        <Loaded query={query} lines={6}>
          {(order) => (
            <>
              <OrderState order={order} />
              <Delivery order={order} />
              <BoughtBy order={order} />
              <Receipt order={order} />
              <div className="on-screen">
                <Refund order={order} />
                <History order={order} />
                <AllOrders />
              </div>
            </>
          )}
        </Loaded>
      </Page>
    </>
  );
}

function AllOrders() {
  return (
    <p>
      <Link to="/orders">
        <Trans>All orders</Trans>
      </Link>
    </p>
  );
}
