import type { Order } from "../../api/types";
import { describe } from "./status";

export function StatusMark({ order }: { order: Order }) {
  const { label, tone } = describe(order);
  return <span className={`mark mark-${tone}`}>{label}</span>;
}
