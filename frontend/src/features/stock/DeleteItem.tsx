import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Item } from "../../api/types";
import { Confirm } from "../../ui/Confirm";
import { Trouble } from "../../ui/Trouble";
import { useDeleteItem, versionQuery } from "./queries";

type Props = { item: Item; onDeleted: () => void };

export function DeleteItem({ item, onDeleted }: Props) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <button type="button" className="button button-small" onClick={() => setAsking(true)}>
        <Trans>
          Delete <span className="sr-only">{item.name}</span>
        </Trans>
      </button>
      {asking && <Ask item={item} onDeleted={onDeleted} onClose={() => setAsking(false)} />}
    </>
  );
}

/** Deletes the very version that was there when the question was asked. */
function Ask({ item, onDeleted, onClose }: Props & { onClose: () => void }) {
  const version = useQuery(versionQuery(item.id));
  const remove = useDeleteItem(item.id);
  const error = remove.error ?? version.error;
  const gone = () => {
    onClose();
    onDeleted();
  };
  const confirm = () => version.data && remove.mutate(version.data.etag, { onSuccess: gone });

  return (
    <Confirm
      title={t`Delete “${item.name}”?`}
      action={t`Delete it`}
      busy={!version.data || remove.isPending}
      onConfirm={confirm}
      onClose={onClose}
    >
      <p>
        <Trans>It leaves the shop for good. Orders that were placed keep their lines.</Trans>
      </p>
      {error && <Trouble error={error} />}
    </Confirm>
  );
}
