import "../../ui/lists.css";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import type { Item, ItemChange } from "../../api/types";
import { Listing } from "../../ui/Listing";
import { Section } from "../../ui/Section";
import { When } from "../../ui/When";
import { describeChange } from "./changeWords";
import { changesQuery } from "./queries";

/** Who of staff did what to an item. */
export function ItemChanges({ item, page }: { item: Item; page: number }) {
  const changes = useQuery(changesQuery(item.id, page));
  return (
    <Section title={t`What was changed`}>
      <Listing
        list={changes}
        empty={
          <p>
            <Trans>Nothing yet.</Trans>
          </p>
        }
      >
        {(entries) => (
          <ol className="trail">
            {entries.map((entry) => (
              <Change key={entry.id} entry={entry} item={item} />
            ))}
          </ol>
        )}
      </Listing>
    </Section>
  );
}

function Change({ entry, item }: { entry: ItemChange; item: Item }) {
  return (
    <li>
      {describeChange(entry, item).map((words) => (
        <p key={words}>{words}</p>
      ))}
      <p className="fine">
        <When at={entry.at} />
        {" · "}
        {entry.actor.username.startsWith("closed:")
          ? t`by a user who has left`
          : t`by ${entry.actor.username}`}
      </p>
    </li>
  );
}
