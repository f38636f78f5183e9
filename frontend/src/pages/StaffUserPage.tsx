import { msg } from "@lingui/core/macro";
import { OrdersOfUser } from "../features/orders/OrdersOfUser"; // feature: shop
import type { StaffTexts } from "../features/users/StaffActions";
import { UserPage } from "../features/users/UserPage";

const links = {
  orders: OrdersOfUser, // feature: shop
};

const texts: StaffTexts = {
  staffCan: [
    msg`change the stock`, // feature: shop
    msg`hand over and refund every order`, // feature: shop
    msg`change every user`,
  ],
  onlyStaffSee: [
    msg`other people's orders`, // feature: shop
    msg`the stock`, // feature: shop
    msg`the users`,
  ],
  stays: [
    msg`Their orders stay, without a name.`, // feature: shop
  ],
};

/** A user as staff see them, with what several features know of them. */
export function StaffUserPage() {
  return <UserPage links={links} texts={texts} />;
}
