import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useIsStaff } from "../../api/me";
import type { Order } from "../../api/types";
import { AskFirst } from "../../ui/AskFirst";
import { Trouble } from "../../ui/Trouble";
import { useCancel } from "./queries";
import { isFree } from "./status";

/** Stays where the order has moved on meanwhile, to say why it was not cancelled. */
export function CancelOrder({ order }: { order: Order }) {
  const { mutate, isPending, error } = useCancel(order);
  const isStaff = useIsStaff();
  const isFreeOne = isStaff && order.status === "paid" && isFree(order);
  return (
    <>
      {(order.status === "pending" || isFreeOne) && (
        <AskFirst
          label={t`Cancel this order`}
          title={t`Cancel order ${order.number}?`}
          action={t`Cancel the order`}
          busy={isPending}
          onConfirm={(close) => mutate(undefined, { onSettled: close })}
        >
          <p>
            {isFreeOne ? (
              <Trans>
                It cost nothing, so no money goes back. What was bought is for sale again, and the
                buyer gets a mail.
              </Trans>
            ) : (
              <Trans>
                Nothing is charged, and what was set aside for it goes back on the shelf.
              </Trans>
            )}
          </p>
        </AskFirst>
      )}
      {error && !isPending && <Trouble error={error} />}
    </>
  );
}
