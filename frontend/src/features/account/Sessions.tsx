import { useQuery } from "@tanstack/react-query";
import type { Session } from "../../api/types";
import { Skeleton } from "../../ui/Skeleton";
import { Trouble } from "../../ui/Trouble";
import { When } from "../../ui/When";
import { sessionsQuery, useEndOthers, useEndSession } from "./queries";

/** Where one is signed in. The own session is ended by signing out. */
export function Sessions() {
  const { data, error, isPending, refetch } = useQuery(sessionsQuery);
  return (
    <section className="panel" aria-labelledby="sessions">
      <h2 id="sessions">Where you are signed in</h2>
      {error && <Trouble error={error} retry={() => refetch()} />}
      {isPending && <Skeleton lines={3} />}
      {data && (
        <>
          <ul className="account-list">
            {data.items.map((session) => (
              <Entry key={session.id} session={session} />
            ))}
          </ul>
          {data.total > data.items.length && (
            <p className="fine">And {data.total - data.items.length} more.</p>
          )}
          {data.total > 1 && <EndOthers />}
        </>
      )}
    </section>
  );
}

function Entry({ session }: { session: Session }) {
  const { device, kind, address, used_at, current } = session;
  return (
    <li className="account-entry">
      <div className="row-main">
        <p className="account-name">
          {device} {current && <span className="mark mark-good">This browser</span>}
          {kind === "api" && <span className="mark mark-over">Program</span>}
        </p>
        <p className="fine">
          {address && `From ${address}, `}last used <When at={used_at} />
        </p>
      </div>
      {!current && <End session={session} />}
    </li>
  );
}

function End({ session }: { session: Session }) {
  const { mutate, error, isPending } = useEndSession(session.id);
  return (
    <>
      <button
        type="button"
        className="button button-small"
        disabled={isPending}
        onClick={() => mutate(undefined)}
      >
        Sign out <span className="sr-only">{session.device}</span>
      </button>
      {error && <Trouble error={error} />}
    </>
  );
}

function EndOthers() {
  const { mutate, error, isPending } = useEndOthers();
  return (
    <>
      <button
        type="button"
        className="button button-quiet"
        disabled={isPending}
        onClick={() => mutate(undefined)}
      >
        Sign out everywhere else
      </button>
      {error && <Trouble error={error} />}
    </>
  );
}
