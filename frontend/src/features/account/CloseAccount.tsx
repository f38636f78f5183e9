import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Confirm } from "../../ui/Confirm";
import { Trouble } from "../../ui/Trouble";
import { useCloseAccount } from "./queries";

export function CloseAccount() {
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  const { mutate, error, isPending } = useCloseAccount();
  const close = () => {
    setAsking(false);
    mutate(undefined, { onSuccess: () => navigate({ to: "/" }) });
  };
  return (
    <section className="panel" aria-labelledby="close">
      <h2 id="close">Close the account</h2>
      <p>
        Your name, email, sign-in methods and to-dos go for good. The shop keeps your orders for its
        books, without your name. An order that is not paid yet runs out by itself.
      </p>
      <button
        type="button"
        className="button button-quiet"
        disabled={isPending}
        onClick={() => setAsking(true)}
      >
        {isPending ? "Closing…" : "Close my account"}
      </button>
      {error && !isPending && <Trouble error={error} />}
      {asking && (
        <Confirm
          title="Close your account for good?"
          action="Close it"
          busy={isPending}
          onConfirm={close}
          onClose={() => setAsking(false)}
        >
          <p>This cannot be undone.</p>
        </Confirm>
      )}
    </section>
  );
}
