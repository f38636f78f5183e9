import { profilePage, startAtProfile } from "./features/account/routes";
import * as auth from "./features/auth/routes";
import { Buy } from "./features/basket/Buy"; // feature: shop
import { basketPage } from "./features/basket/routes"; // feature: shop
import { dashboardPage } from "./features/dashboard/routes"; // feature: shop
import { findingsPage } from "./features/findings/routes"; // feature: shop
import { cataloguePage, itemPage } from "./features/items/routes"; // feature: shop
import { orderPage, ordersPage } from "./features/orders/routes"; // feature: shop
import { settingsPage, writePage, writtenPage } from "./features/shop/routes"; // feature: shop
import { editItemPage, newItemPage, stockPage } from "./features/stock/routes"; // feature: shop
import { todosPage } from "./features/todos/routes"; // feature: todos
import { newUserPage, userPage, usersPage } from "./features/users/routes";
import { lazyPage } from "./shell/lazyPage";
import { root, signedIn, staffOnly } from "./shell/routes";

/** "/" is the first of these. */
const [startPage] = [
  cataloguePage(Buy), // feature: shop
  startAtProfile,
] as const;

const forVisitors = [
  startPage,
  itemPage(Buy), // feature: shop
  basketPage, // feature: shop
  writtenPage, // feature: shop
  auth.signInPage(lazyPage(() => import("./pages/SignInPage"), "SignInPage")),
  auth.registerPage,
  auth.resetPasswordPage,
  auth.forgotPasswordPage,
  auth.verifyEmailPage,
] as const;

const forUsers = [
  ordersPage, // feature: shop
  orderPage, // feature: shop
  todosPage, // feature: todos
  profilePage(lazyPage(() => import("./pages/ProfilePage"), "ProfilePage")),
] as const;

const forStaff = [
  dashboardPage, // feature: shop
  stockPage, // feature: shop
  newItemPage, // feature: shop
  editItemPage, // feature: shop
  findingsPage, // feature: shop
  settingsPage, // feature: shop
  writePage, // feature: shop
  usersPage,
  newUserPage,
  userPage(lazyPage(() => import("./pages/StaffUserPage"), "StaffUserPage")),
] as const;

/** Every page there is. Pages of several features are put together in pages/. */
export const routeTree = root.addChildren([
  ...forVisitors,
  signedIn.addChildren([...forUsers, staffOnly.addChildren(forStaff)]),
]);
