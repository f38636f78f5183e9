import "./stock.css";
import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { edited } from "../../api/edited";
import type { Item } from "../../api/types";
import { Loaded } from "../../ui/Loaded";
import { Page } from "../../ui/Page";
import { ItemChanges } from "./ItemChanges";
import { ItemForm } from "./ItemForm";
import { type ItemInput, useChangeItem, versionQuery } from "./queries";

const route = getRouteApi("/in/staff/staff/items/$id");

export function EditItem() {
  const version = useQuery(versionQuery(Number(route.useParams().id)));
  const { page = 1 } = route.useSearch();
  return (
    <Page title={version.data ? t`Edit ${version.data.value.name}` : t`Edit item`} narrow>
      <Loaded query={version} lines={6}>
        {({ value, etag }) => (
          <>
            <Edit key={etag} item={value} etag={etag} reload={() => version.refetch()} />
            <ItemChanges item={value} page={page} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

type Props = { item: Item; etag: string; reload: () => void };

function Edit({ item, etag, reload }: Props) {
  const navigate = useNavigate();
  const { mutate, error, isPending } = useChangeItem(item.id);
  const back = () => navigate({ to: "/staff/items" });
  const save = (input: ItemInput, { overwrite }: { overwrite: boolean }) =>
    mutate(
      { change: edited(item, input), etag: overwrite ? undefined : etag },
      { onSuccess: back },
    );
  return (
    <ItemForm
      item={item}
      currency={item}
      error={error}
      busy={isPending}
      onSave={save}
      onReload={reload}
    />
  );
}
