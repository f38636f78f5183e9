import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { shopQuery } from "../../api/shop/shop";
import { Loaded } from "../../ui/Loaded";
import { Page } from "../../ui/Page";
import { Pages } from "./Pages";
import { SettingsForm } from "./SettingsForm";

/** What an owner makes the shop's own. */
export function Settings() {
  const shop = useQuery(shopQuery);
  return (
    <Page title={t`Your shop`} narrow>
      <Loaded query={shop} lines={10}>
        {(set) => (
          <>
            <SettingsForm shop={set} />
            <Pages pages={set.pages} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
