import "./users.css";
import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { User } from "../../api/types";
import { Empty } from "../../ui/Empty";
import { Listing } from "../../ui/Listing";
import { Page } from "../../ui/Page";
import { ResultCount } from "../../ui/ResultCount";
import { FindUsers } from "./FindUsers";
import { type UserSearch, usersQuery } from "./queries";
import { UserMarks } from "./UserMarks";

const route = getRouteApi("/in/staff/staff/users");

export function Users() {
  const search = route.useSearch();
  const users = useQuery(usersQuery(search));

  return (
    <Page title={t`Users`} aside={<NewUserLink />}>
      <FindUsers key={JSON.stringify([search.q, search.role])} search={search} />
      <ResultCount
        list={users}
        count={(total) => plural(total, { one: "# user", other: "# users" })}
      />
      <Listing list={users} empty={<NoUsers search={search} />}>
        {(shown) => (
          <ul className="rows" aria-label={t`Users`}>
            {shown.map((user) => (
              <UserRow key={user.id} user={user} />
            ))}
          </ul>
        )}
      </Listing>
    </Page>
  );
}

function UserRow({ user }: { user: User }) {
  return (
    <li className="row">
      <div className="row-main">
        <h2 className="row-title">
          <Link to="/staff/users/$id" params={{ id: String(user.id) }}>
            {user.username}
          </Link>
        </h2>
        <p className="fine">{[user.name, user.email].filter(Boolean).join(" · ")}</p>
      </div>
      <UserMarks user={user} />
    </li>
  );
}

function NoUsers({ search: { q, role } }: { search: UserSearch }) {
  if (!q && !role)
    return (
      <Empty title={t`No users yet`}>
        <Trans>A person who registers shows up here.</Trans>
      </Empty>
    );
  return (
    <Empty title={t`No users found`}>
      <Link to="/staff/users" className="button button-quiet">
        <Trans>Show all users</Trans>
      </Link>
    </Empty>
  );
}

function NewUserLink() {
  return (
    <Link to="/staff/users/new" className="button">
      <Trans>New user</Trans>
    </Link>
  );
}
