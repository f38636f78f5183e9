import { msg } from "@lingui/core/macro";
import type { Role } from "../../api/types";
import type { Words } from "../../language";

/** Each role: where it is chosen for one user, or to see many, and what a user is said to be. */
export const roles: Record<Role, { one: Words; many: Words; being: Words }> = {
  customer: { one: msg`Customer`, many: msg`Customers`, being: msg`a customer` },
  staff: { one: msg`Staff, who run the shop`, many: msg`Staff`, being: msg`staff` },
};

export const isRole = (value: unknown): value is Role =>
  typeof value === "string" && Object.hasOwn(roles, value);
