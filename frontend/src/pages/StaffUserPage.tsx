import { OrdersOfUser } from "../features/orders/OrdersOfUser"; // feature: shop
import type { StaffTexts } from "../features/users/StaffActions";
import { UserPage } from "../features/users/UserPage";

const links = {
  orders: OrdersOfUser, // feature: shop
};

const texts: StaffTexts = {
  staffCan: [
    "change the stock", // feature: shop
    "hand over and refund every order", // feature: shop
    "change every user",
  ],
  onlyStaffSee: [
    "other people's orders", // feature: shop
    "the stock", // feature: shop
    "the users",
  ],
  stays: [
    "Their orders stay, without a name.", // feature: shop
  ],
};

/** A user as staff see them, with what several features know of them. */
export function StaffUserPage() {
  return <UserPage links={links} texts={texts} />;
}
