import { t } from "@lingui/core/macro";
import { api, body } from "../../api/client";
import { useProof } from "../../api/confirmation";
import type { WayToConfirm } from "../../shell/parts";
import { askPasskey, passkeysPossible } from "./device";
import { PasskeyButton } from "./PasskeyButton";

export const byPasskey: WayToConfirm = {
  isPossible: ({ passkey }) => passkey && passkeysPossible(),
  Way: ConfirmByPasskey,
};

function ConfirmByPasskey({ onConfirmed }: { onConfirmed: () => void }) {
  const { mutate, error, isPending } = useProof(async () => {
    const credential = await askPasskey(await body(api.POST("/api/profile/confirm/challenge")));
    return body(api.POST("/api/profile/confirm/passkey", { body: { credential } }));
  });
  return (
    <div className="stack">
      <PasskeyButton
        label={t`Confirm with a passkey`}
        error={error}
        busy={isPending}
        onClick={() => mutate(undefined, { onSuccess: onConfirmed })}
      />
    </div>
  );
}
