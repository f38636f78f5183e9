import type { Order } from "../../api/types";
import { inWords } from "./status";

export function StatusMark({ order }: { order: Order }) {
  const { label, tone } = inWords(order);
  return <span className={`mark mark-${tone}`}>{label}</span>;
}
