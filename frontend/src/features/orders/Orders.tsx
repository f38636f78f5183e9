import "./orders.css";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useIsStaff } from "../../api/me";
import type { Order } from "../../api/types";
import { userQuery } from "../../api/users";
import { Empty } from "../../ui/Empty";
import { Listing } from "../../ui/Listing";
import { Page } from "../../ui/Page";
import { showMoney } from "../../ui/shop/money";
import { When } from "../../ui/When";
import { FindOrders } from "./FindOrders";
import { HandOver } from "./HandOver";
import { ordersQuery } from "./queries";
import { StatusMark } from "./StatusMark";
import type { OrderSearch } from "./search";

const route = getRouteApi("/in/orders");

export function Orders() {
  const search = route.useSearch();
  const { user } = search;
  const staff = useIsStaff();
  if (staff && user) return <OrdersOf user={user} />;

  return (
    <Page title={staff ? "All orders" : "Your orders"}>
      {staff && <FindOrders key={JSON.stringify(search)} search={search} />}
      <List empty={<NoOrders staff={staff} found={isNarrow(search)} />} />
    </Page>
  );
}

/** One user's orders, for staff. */
function OrdersOf({ user }: { user: number }) {
  const buyer = useQuery(userQuery(user)).data;
  return (
    <Page
      title={buyer ? `Orders of ${buyer.username}` : "Orders of one user"}
      aside={<Link to="/orders">All orders</Link>}
    >
      <List empty={<Empty title="They have ordered nothing yet" />} />
    </Page>
  );
}

function List({ empty }: { empty: ReactNode }) {
  const orders = useQuery(ordersQuery(route.useSearch()));
  return (
    <Listing list={orders} empty={empty}>
      {(shown) => (
        <ul className="rows">
          {shown.map((order) => (
            <OrderRow key={order.id} order={order} />
          ))}
        </ul>
      )}
    </Listing>
  );
}

function OrderRow({ order }: { order: Order }) {
  return (
    <li className="row">
      <div className="row-main">
        <h2 className="row-title">
          <Link to="/orders/$id" params={{ id: String(order.id) }}>
            Order {order.number}
          </Link>
        </h2>
        <p>{order.lines.map((line) => `${line.quantity} × ${line.name}`).join(", ")}</p>
        <p className="fine">
          {order.buyer && `${order.buyer.name ?? order.buyer.username} · `}
          <When at={order.created_at} />
        </p>
        {order.note && <p className="order-note">“{order.note}”</p>}
      </div>
      <HandOver order={order} />
      <StatusMark order={order} />
      <p className="row-money">{showMoney(order.total, order)}</p>
    </li>
  );
}

const isNarrow = ({ page, sort, ...filters }: OrderSearch) =>
  Object.values(filters).some((value) => value !== undefined);

function NoOrders({ staff, found }: { staff: boolean; found: boolean }) {
  if (found) {
    return (
      <Empty title="No orders found">
        <Link to="/orders" className="button button-quiet">
          Show all orders
        </Link>
      </Empty>
    );
  }
  return (
    <Empty title="No orders yet">
      {staff ? (
        <p>Whatever is bought in the shop shows up here.</p>
      ) : (
        <Link to="/" className="button">
          Find something nice
        </Link>
      )}
    </Empty>
  );
}
