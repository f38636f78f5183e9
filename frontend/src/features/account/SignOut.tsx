import { Trans } from "@lingui/react/macro";
import { useNavigate } from "@tanstack/react-router";
import { Trouble } from "../../ui/Trouble";
import { useSignOut } from "./queries";

export function SignOut() {
  const navigate = useNavigate();
  const { mutate, error, isPending } = useSignOut();
  const leave = () => navigate({ to: "/" });
  return (
    <div>
      <button
        type="button"
        className="button button-quiet"
        disabled={isPending}
        onClick={() => mutate(undefined, { onSuccess: leave })}
      >
        <Trans>Sign out</Trans>
      </button>
      {error && <Trouble error={error} />}
    </div>
  );
}
