import type { Order } from "../../api/types";
import { inWords } from "./status";

export function StatusMark({ status }: { status: Order["status"] }) {
  const { label, tone } = inWords(status);
  return <span className={`mark mark-${tone}`}>{label}</span>;
}
