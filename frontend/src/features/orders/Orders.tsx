import "./orders.css";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useIsStaff } from "../../api/me";
import type { Order } from "../../api/types";
import { userQuery } from "../../api/users";
import { Empty } from "../../ui/Empty";
import { Listing } from "../../ui/Listing";
import { Page } from "../../ui/Page";
import { BuyerName, BuyerPlace } from "../../ui/shop/Buyer";
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
    <Page title={staff ? t`All orders` : t`Your orders`}>
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
      title={buyer ? t`Orders of ${buyer.username}` : t`Orders of one user`}
      aside={
        <Link to="/orders">
          <Trans>All orders</Trans>
        </Link>
      }
    >
      <List empty={<Empty title={t`They have ordered nothing yet`} />} />
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
            <Trans>Order {order.number}</Trans>
          </Link>
        </h2>
        <p>{order.lines.map((line) => `${line.quantity} × ${line.name}`).join(", ")}</p>
        <p className="fine">
          {order.buyer && (
            <>
              <BuyerName of={order} />
              {" · "}
            </>
          )}
          <When at={order.created_at} />
        </p>
        <BuyerPlace of={order} />
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
      <Empty title={t`No orders found`}>
        <Link to="/orders" className="button button-quiet">
          <Trans>Show all orders</Trans>
        </Link>
      </Empty>
    );
  }
  return (
    <Empty title={t`No orders yet`}>
      {staff ? (
        <p>
          <Trans>Whatever is bought in the shop shows up here.</Trans>
        </p>
      ) : (
        <Link to="/" className="button">
          <Trans>Find something nice</Trans>
        </Link>
      )}
    </Empty>
  );
}
