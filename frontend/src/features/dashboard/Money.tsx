import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { Dashboard, Day } from "../../api/types";
import { locale } from "../../language";
import { Section } from "../../ui/Section";
import { showMoney } from "../../ui/shop/money";
import { bars, HEIGHT, kept, WIDTH } from "./bars";

const show = (day: Day) =>
  new Date(day.day).toLocaleDateString(locale(), {
    day: "numeric",
    month: "short",
    timeZone: "UTC",
  });

/** What came in on each day: drawn, and as a table for those who want figures or do not see it. */
export function Money({ shop }: { shop: Dashboard }) {
  const money = (minor: number) => showMoney(minor, shop);
  const { days, time_zone: zone } = shop;
  const sum = days.reduce((sum, day) => sum + kept(day), 0);
  return (
    <Section title={t`Money by day`}>
      <p>
        <Trans>
          <strong className="dashboard-sum">{money(sum)}</strong> in the last {days.length} days,
          refunds taken off.
        </Trans>
      </p>
      <Chart days={days} money={money} />
      <details>
        <summary>
          <Trans>As a table</Trans>
        </summary>
        <div className="dashboard-table">
          <table>
            <thead>
              <tr>
                <th scope="col">
                  <Trans>Day ({zone})</Trans>
                </th>
                <th scope="col">
                  <Trans>Orders</Trans>
                </th>
                <th scope="col">
                  <Trans>Paid</Trans>
                </th>
                <th scope="col">
                  <Trans>Refunded</Trans>
                </th>
              </tr>
            </thead>
            <tbody>
              {days.toReversed().map((day) => (
                <tr key={day.day}>
                  <th scope="row">{show(day)}</th>
                  <td>{day.orders}</td>
                  <td>{money(day.amount)}</td>
                  <td>{money(day.refunded)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </Section>
  );
}

function Chart({ days, money }: { days: Day[]; money: (minor: number) => string }) {
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) return null;
  const best = Math.max(...days.map((day) => day.amount));
  return (
    <figure className="dashboard-chart" aria-hidden="true">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" focusable="false">
        <title>
          <Trans>Money by day</Trans>
        </title>
        {bars(days).map(({ day, ...bar }) => (
          <rect key={day.day} {...bar} rx={2}>
            <title>{`${show(day)}: ${money(day.amount)}`}</title>
          </rect>
        ))}
      </svg>
      <figcaption className="fine">
        <span>{show(first)}</span>
        <span>
          <Trans>best day {money(best)}</Trans>
        </span>
        <span>{show(last)}</span>
      </figcaption>
    </figure>
  );
}
