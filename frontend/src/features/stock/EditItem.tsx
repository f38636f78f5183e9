import "./stock.css";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { edited } from "../../api/edited";
import { Problem } from "../../api/problem";
import type { Item } from "../../api/types";
import { Loaded } from "../../ui/Loaded";
import { Page } from "../../ui/Page";
import { ItemChanges } from "./ItemChanges";
import { ItemForm } from "./ItemForm";
import { useChangeItem, versionQuery } from "./queries";

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
  const { mutate, error, isPending } = useChangeItem(item.id, etag);
  const stale = error instanceof Problem && error.status === 412;
  const back = () => navigate({ to: "/staff/items" });
  return (
    <>
      {stale && (
        <div className="notice notice-bad" role="alert">
          <p>
            <Trans>
              Another user changed this item while you were editing it, so nothing was saved. Your
              text is still below; reloading replaces it with the item as it is now.
            </Trans>
          </p>
          <button type="button" className="button button-quiet" onClick={reload}>
            <Trans>Reload the item</Trans>
          </button>
        </div>
      )}
      <ItemForm
        item={item}
        currency={item}
        error={stale ? null : error}
        busy={isPending}
        onSave={(input) => mutate(edited(item, input), { onSuccess: back })}
      />
    </>
  );
}
