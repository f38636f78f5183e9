import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { isDown, leadingTo, providersQuery } from "../../api/providers";
import type { Provider, User } from "../../api/types";
import { Confirm } from "../../ui/Confirm";
import { Skeleton } from "../../ui/Skeleton";
import { Trouble } from "../../ui/Trouble";
import { When } from "../../ui/When";
import { useLink, useUnlink } from "./queries";

type Identity = User["identities"][number];

/** The accounts elsewhere that one signs in with, and those that one could. */
export function SignInMethods({ me }: { me: User }) {
  const { data, error, isPending, refetch } = useQuery(providersQuery);
  const linked = new Set(me.identities.map(({ provider }) => provider));
  const left = data?.filter(({ name }) => !linked.has(name)) ?? [];
  const label = (name: string) => data?.find((each) => each.name === name)?.label ?? name;
  if (data?.length === 0 && linked.size === 0) return null;
  return (
    <section className="panel" aria-labelledby="methods">
      <h2 id="methods">Accounts elsewhere</h2>
      <p>Whoever is signed in there can sign in here as you.</p>
      {error && <Trouble error={error} retry={() => refetch()} />}
      {isPending && <Skeleton lines={2} />}
      <ul className="account-list">
        {me.identities.map((identity) => (
          <Linked key={identity.provider} identity={identity} label={label(identity.provider)} />
        ))}
        {left.map((provider) => (
          <Unlinked key={provider.name} provider={provider} />
        ))}
      </ul>
    </section>
  );
}

function Linked({ identity, label }: { identity: Identity; label: string }) {
  const [asking, setAsking] = useState(false);
  const { mutate, error, isPending } = useUnlink(identity.provider);
  const unlink = () => {
    setAsking(false);
    mutate(undefined);
  };
  return (
    <li className="account-entry">
      <div className="row-main">
        <p className="account-name">{label}</p>
        <p className="fine">
          {identity.email && `${identity.email}, `}linked <When at={identity.created_at} />
        </p>
      </div>
      <button
        type="button"
        className="button button-small"
        disabled={isPending}
        onClick={() => setAsking(true)}
      >
        Unlink <span className="sr-only">{label}</span>
      </button>
      {asking && (
        <Confirm
          title={`Unlink ${label}?`}
          action="Unlink it"
          busy={isPending}
          onConfirm={unlink}
          onClose={() => setAsking(false)}
        >
          <p>You can no longer sign in with it, until you link it again.</p>
        </Confirm>
      )}
      {error && !isPending && <Trouble error={error} />}
    </li>
  );
}

function Unlinked({ provider }: { provider: Provider }) {
  const { mutate, error, isPending } = useLink();
  const { label, url } = provider;
  return (
    <li className="account-entry">
      <div className="row-main">
        <p className="account-name">{label}</p>
        <p className="fine">{isDown(provider) ? "Does not answer right now." : "Not linked."}</p>
      </div>
      <button
        type="button"
        className="button button-small"
        disabled={isPending || isDown(provider)}
        onClick={() => mutate(leadingTo(url, "/profile"))}
      >
        Link <span className="sr-only">{label}</span>
      </button>
      {error && !isPending && <Trouble error={error} />}
    </li>
  );
}
