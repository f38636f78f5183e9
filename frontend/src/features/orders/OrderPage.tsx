import "./orders.css";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Problem } from "../../api/problem";
import type { Order } from "../../api/types";
import { Page } from "../../ui/Page";
import { Skeleton } from "../../ui/Skeleton";
import { Trouble } from "../../ui/Trouble";
import { HandOver } from "./HandOver";
import { orderQuery } from "./queries";
import { Receipt } from "./Receipt";
import { StatusMark } from "./StatusMark";
import { inWords } from "./status";

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
          <AllOrders />
        </>
      )}
    </Page>
  );
}

/** How the order stands. A live region: a payment that arrives while one waits is read out. */
function Standing({ order }: { order: Order }) {
  const { text } = inWords(order.status);
  return (
    <div className="standing">
      <div role="status">
        <StatusMark status={order.status} />
        <p>{order.status === "pending" && !order.checkout_url ? preparing : text}</p>
      </div>
      {order.status === "pending" && order.checkout_url && (
        <a className="button button-tag" href={order.checkout_url}>
          Pay now
        </a>
      )}
      <HandOver order={order} />
    </div>
  );
}

const preparing = "The payment page is being prepared. This page goes on by itself.";

function AllOrders() {
  return (
    <p>
      <Link to="/orders">All orders</Link>
    </p>
  );
}
