import { useQuery } from "@tanstack/react-query";
import { isDown, leadingTo, providersQuery } from "../../api/providers";
import { Trouble } from "../../ui/Trouble";

/** Ordinary links: signing in at a provider leaves this page, and the server sees to the rest. */
export function Providers({ next }: { next: string }) {
  const { data, error, refetch } = useQuery(providersQuery);
  if (error) {
    return (
      <Trouble error={error} retry={() => refetch()}>
        The other ways to sign in could not be loaded.
      </Trouble>
    );
  }
  if (!data?.length) return null;
  return (
    <section className="panel" aria-label="Sign in with an account you have">
      <ul className="providers">
        {data.map((provider) => (
          <li key={provider.name}>
            {isDown(provider) ? (
              <OutOfOrder label={provider.label} />
            ) : (
              <a className="button button-wide" href={leadingTo(provider.url, next)}>
                Continue with {provider.label}
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
        Continue with {label}
      </button>
      <p className="field-hint">{label} does not answer right now.</p>
    </>
  );
}
