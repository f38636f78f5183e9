import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { shopQuery } from "../../api/shop/shop";
import { Loaded } from "../../ui/Loaded";
import { Page } from "../../ui/Page";
import { Pages } from "./Pages";
import { shopVersionQuery } from "./queries";
import { SettingsForm } from "./SettingsForm";

/** What an owner makes the shop's own. */
export function Settings() {
  const version = useQuery(shopVersionQuery);
  const pages = useQuery(shopQuery).data?.pages ?? [];
  const [reloads, setReloads] = useState(0);
  const reload = async () => {
    await version.refetch();
    setReloads(reloads + 1);
  };
  return (
    <Page title={t`Your shop`} narrow>
      <Loaded query={version} lines={10}>
        {({ value, etag }) => (
          <>
            <SettingsForm key={reloads} shop={value} etag={etag} onReload={reload} />
            <Pages pages={pages} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
