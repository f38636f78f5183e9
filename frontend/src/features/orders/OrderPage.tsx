import "./orders.css";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Problem } from "../../api/problem";
import { Page } from "../../ui/Page";
import { Skeleton } from "../../ui/Skeleton";
import { Trouble } from "../../ui/Trouble";
import { History } from "./History";
import { orderQuery } from "./queries";
import { Receipt } from "./Receipt";
import { Refund } from "./Refund";
import { Standing } from "./Standing";

const route = getRouteApi("/in/orders/$id");

export function OrderPage() {
  const { data: order, error, refetch } = useQuery(orderQuery(Number(route.useParams().id)));

  if (error instanceof Problem && error.status === 404) {
    return (
      <Page title="No such order" narrow>
        <p>There is no such order, or it is somebody else’s.</p>
        <AllOrders />
      </Page>
    );
  }
  return (
    <Page title={order ? `Order ${order.number}` : "Order"} narrow>
      {error && <Trouble error={error} retry={() => refetch()} />}
      {!order && !error && <Skeleton lines={6} />}
      {order && (
        <>
          <Standing order={order} />
          <Receipt order={order} />
          <Refund order={order} />
          <History order={order} />
          <AllOrders />
        </>
      )}
    </Page>
  );
}

function AllOrders() {
  return (
    <p>
      <Link to="/orders">All orders</Link>
    </p>
  );
}
