import "./dashboard.css";
import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { Loaded } from "../../ui/Loaded";
import { Page } from "../../ui/Page";
import { LowStock } from "./LowStock";
import { Money } from "./Money";
import { Needs } from "./Needs";
import { OrdersByState } from "./OrdersByState";
import { dashboardQuery } from "./queries";

/** What staff look at each morning. */
export function Dashboard() {
  const dashboard = useQuery(dashboardQuery);
  return (
    <Page title={t`Overview`}>
      <Loaded query={dashboard} lines={8}>
        {(shop) => (
          <div className="dashboard">
            <Needs shop={shop} />
            <OrdersByState shop={shop} />
            <Money shop={shop} />
            <LowStock shop={shop} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}
