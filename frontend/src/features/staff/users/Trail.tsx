import { useQuery } from "@tanstack/react-query";
import type { TrailEntry, User } from "../../../api/types";
import { Listing } from "../../../ui/Listing";
import { When } from "../../../ui/When";
import { trailQuery } from "./queries";
import { inWords, whoInWords } from "./trail";

/** Who did what to this account, and from where. */
export function Trail({ user, page }: { user: User; page: number }) {
  const trail = useQuery(trailQuery(user.id, page));
  return (
    <section className="panel" aria-labelledby="user-trail">
      <h2 id="user-trail">What happened</h2>
      <Listing list={trail} empty={<p>Nothing yet.</p>}>
        {(entries) => (
          <ol className="trail">
            {entries.map((entry) => (
              <Happened key={entry.id} entry={entry} user={user} />
            ))}
          </ol>
        )}
      </Listing>
    </section>
  );
}

function Happened({ entry, user }: { entry: TrailEntry; user: User }) {
  return (
    <li>
      <p>{inWords(entry)}</p>
      <p className="fine">
        <When at={entry.at} />
        {` · ${whoInWords(entry, user)}`}
        {entry.address && ` · from ${entry.address}`}
      </p>
    </li>
  );
}
