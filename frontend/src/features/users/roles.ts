import type { Role } from "../../api/types";

/** Each role: where it is chosen for one user, or to see many, and what a user is said to be. */
export const roles: Record<Role, { one: string; many: string; being: string }> = {
  customer: { one: "Customer", many: "Customers", being: "a customer" },
  staff: { one: "Staff, who run the shop", many: "Staff", being: "staff" },
};

export const isRole = (value: unknown): value is Role =>
  typeof value === "string" && Object.hasOwn(roles, value);
