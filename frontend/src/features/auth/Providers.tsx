import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { isDown, leadingTo, providersQuery } from "../../api/providers";
import { Trouble } from "../../ui/Trouble";

/** Ordinary links: signing in at a provider leaves this page, and the server sees to the rest. */
export function Providers({ next }: { next: string }) {
  const { data, error, refetch } = useQuery(providersQuery);
  if (error) {
    return (
      <Trouble error={error} retry={() => refetch()}>
        <Trans>The other ways to sign in could not be loaded.</Trans>
      </Trouble>
    );
  }
  if (!data?.length) return null;
  return (
    <section className="panel" aria-label={t`Sign in with an account you have`}>
      <ul className="providers">
        {data.map((provider) => (
          <li key={provider.name}>
            {isDown(provider) ? (
              <OutOfOrder label={provider.label} />
            ) : (
              <a className="button button-wide" href={leadingTo(provider.url, next)}>
                <Trans>Continue with {provider.label}</Trans>
              </a>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function OutOfOrder({ label }: { label: string }) {
  return (
    <>
      <button type="button" className="button button-wide" disabled>
        <Trans>Continue with {label}</Trans>
      </button>
      <p className="field-hint">
        <Trans>{label} does not answer right now.</Trans>
      </p>
    </>
  );
}
