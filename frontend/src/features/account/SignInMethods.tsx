import "../../ui/lists.css";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { isDown, leadingTo, providersQuery } from "../../api/providers";
import type { Provider, User } from "../../api/types";
import { AskFirst } from "../../ui/AskFirst";
import { Entry } from "../../ui/Entry";
import { Section } from "../../ui/Section";
import { Skeleton } from "../../ui/Skeleton";
import { Trouble } from "../../ui/Trouble";
import { When } from "../../ui/When";
import { useLink, useUnlink } from "./queries";

type Identity = User["identities"][number];

/** The accounts at providers that the user signs in with, and those that they could link. */
export function SignInMethods({ me }: { me: User }) {
  const { data, error, isPending, refetch } = useQuery(providersQuery);
  const linked = new Set(me.identities.map(({ provider }) => provider));
  const left = data?.filter(({ name }) => !linked.has(name)) ?? [];
  const label = (name: string) => data?.find((each) => each.name === name)?.label ?? name;
  if (data?.length === 0 && linked.size === 0) return null;
  return (
    <Section title={t`Accounts elsewhere`}>
      <p>
        <Trans>A person who is signed in there can sign in here as you.</Trans>
      </p>
      {error && <Trouble error={error} retry={() => refetch()} />}
      {isPending && <Skeleton lines={2} />}
      <ul className="entries">
        {me.identities.map((identity) => (
          <Linked key={identity.provider} identity={identity} label={label(identity.provider)} />
        ))}
        {left.map((provider) => (
          <Unlinked key={provider.name} provider={provider} />
        ))}
      </ul>
    </Section>
  );
}

function Linked({ identity, label }: { identity: Identity; label: string }) {
  const { mutate, error, isPending } = useUnlink(identity.provider);
  return (
    <Entry
      name={label}
      detail={
        <>
          {identity.email && `${identity.email}, `}
          <Trans>
            linked <When at={identity.created_at} />
          </Trans>
        </>
      }
    >
      <AskFirst
        label={t`Unlink`}
        about={label}
        className="button button-small"
        disabled={isPending}
        title={t`Unlink ${label}?`}
        action={t`Unlink it`}
        busy={isPending}
        onConfirm={(close) => {
          close();
          mutate(undefined);
        }}
      >
        <p>
          <Trans>You can no longer sign in with it, until you link it again.</Trans>
        </p>
      </AskFirst>
      {error && !isPending && <Trouble error={error} />}
    </Entry>
  );
}

function Unlinked({ provider }: { provider: Provider }) {
  const { mutate, error, isPending } = useLink();
  const { label, url } = provider;
  return (
    <Entry name={label} detail={isDown(provider) ? t`Does not answer right now.` : t`Not linked.`}>
      <button
        type="button"
        className="button button-small"
        disabled={isPending || isDown(provider)}
        onClick={() => mutate(leadingTo(url, "/profile"))}
      >
        <Trans>
          Link <span className="sr-only">{label}</span>
        </Trans>
      </button>
      {error && !isPending && <Trouble error={error} />}
    </Entry>
  );
}
