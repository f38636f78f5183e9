import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { Order } from "../../api/types";
import { showMoney } from "../../ui/shop/money";
import { When } from "../../ui/When";
import { isPaid, isRefunded } from "./status";

/** Tax that was added to the prices; the rest of it is in them. */
const taxAdded = ({ total, subtotal, discount, shipping }: Order) =>
  total - (subtotal - discount + shipping);

const taxInside = (order: Order) => order.tax - taxAdded(order);

/** What lies between the lines and the total, where anything does: from the subtotal on. */
function partsOf(order: Order): [string, number][] {
  const parts: [string, number][] = [
    [t`Discount`, -order.discount],
    [t`Shipping`, order.shipping],
    [t`Tax`, taxAdded(order)],
  ];
  const shown = parts.filter(([, amount]) => amount !== 0);
  return shown.length ? [[t`Subtotal`, order.subtotal], ...shown] : [];
}

export function Receipt({ order }: { order: Order }) {
  const money = (minor: number) => showMoney(minor, order);
  const inside = money(taxInside(order));
  return (
    <section className="receipt" aria-label={t`Receipt`}>
      <table>
        <thead className="sr-only">
          <tr>
            <th scope="col">
              <Trans>Item</Trans>
            </th>
            <th scope="col">
              <Trans>Price</Trans>
            </th>
          </tr>
        </thead>
        <tbody>
          {order.lines.map((line) => (
            <tr key={line.item_id ?? line.name}>
              <th scope="row">
                {line.name}
                <span className="fine">
                  {line.quantity} × {money(line.unit_price)}
                </span>
              </th>
              <td>{money(line.quantity * line.unit_price)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          {partsOf(order).map(([name, amount]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{money(amount)}</td>
            </tr>
          ))}
          <tr className="receipt-total">
            <th scope="row">
              <Trans>Total</Trans>
              {taxInside(order) > 0 && (
                <span className="fine">
                  <Trans>including {inside} of tax</Trans>
                </span>
              )}
            </th>
            <td>{money(order.total)}</td>
          </tr>
          {order.refunded > 0 && (
            <tr>
              <th scope="row">
                <Trans>Refunded</Trans>
              </th>
              <td>{money(order.refunded)}</td>
            </tr>
          )}
        </tfoot>
      </table>
      <div className="receipt-foot">
        <p className="fine">
          <Trans>
            Placed <When at={order.created_at} />
          </Trans>
          {order.paid_at && (
            <>
              <br />
              <Trans>
                Paid <When at={order.paid_at} />
              </Trans>
            </>
          )}
        </p>
        {isPaid(order) && !isRefunded(order) && (
          <span className="stamp" aria-hidden="true">
            <Trans>Paid</Trans>
          </span>
        )}
      </div>
    </section>
  );
}
