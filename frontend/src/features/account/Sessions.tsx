import "../../ui/lists.css";
import { msg, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import type { Session } from "../../api/types";
import { say, type Words } from "../../language";
import { Entry } from "../../ui/Entry";
import { Loaded } from "../../ui/Loaded";
import { Section } from "../../ui/Section";
import { Trouble } from "../../ui/Trouble";
import { When } from "../../ui/When";
import { sessionsQuery, useEndOthers, useEndSession } from "./queries";

/** Where the user is signed in. The session of this browser is ended by signing out. */
export function Sessions() {
  const sessions = useQuery(sessionsQuery);
  return (
    <Section title={t`Where you are signed in`}>
      <Loaded query={sessions} lines={3}>
        {({ items, total }) => (
          <>
            <ul className="entries">
              {items.map((session) => (
                <SessionEntry key={session.id} session={session} />
              ))}
            </ul>
            {total > items.length && <p className="fine">{t`And ${total - items.length} more.`}</p>}
            {total > 1 && <EndOthers />}
          </>
        )}
      </Loaded>
    </Section>
  );
}

/** How a session is marked; one of a browser is the ordinary case. */
const marks: Record<Session["kind"], Words | null> = { browser: null, api: msg`Program` };

function SessionEntry({ session }: { session: Session }) {
  const { device, kind, address, used_at, current } = session;
  const mark = marks[kind];
  return (
    <Entry
      name={
        <>
          {device}{" "}
          {current && (
            <span className="mark mark-good">
              <Trans>This browser</Trans>
            </span>
          )}
          {mark && <span className="mark mark-over">{say(mark)}</span>}
        </>
      }
      detail={
        <>
          {address && `${t`From ${address}`}, `}
          <Trans>
            last used <When at={used_at} />
          </Trans>
        </>
      }
    >
      {!current && <End session={session} />}
    </Entry>
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
        <Trans>
          Sign out <span className="sr-only">{session.device}</span>
        </Trans>
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
        <Trans>Sign out everywhere else</Trans>
      </button>
      {error && <Trouble error={error} />}
    </>
  );
}
