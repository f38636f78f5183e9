import { useQuery } from "@tanstack/react-query";
import { Trouble } from "../../ui/Trouble";
import { providersQuery } from "./queries";

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
        {data.map(({ name, label, url }) => (
          <li key={name}>
            <a className="button button-wide" href={withNext(url, next)}>
              Continue with {label}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function withNext(url: string, next: string): string {
  const target = new URL(url, location.origin);
  target.searchParams.set("next", next);
  return target.href;
}
