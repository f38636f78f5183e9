import "../../ui/lists.css";
import "./users.css";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { ComponentType } from "react";
import type { User } from "../../api/types";
import { userQuery } from "../../api/users";
import { Loaded } from "../../ui/Loaded";
import { Page } from "../../ui/Page";
import { Section } from "../../ui/Section";
import { When } from "../../ui/When";
import { AuditTrail } from "./AuditTrail";
import { EditUser } from "./EditUser";
import { StaffActions, type StaffTexts } from "./StaffActions";
import { UserMarks } from "./UserMarks";

const route = getRouteApi("/in/staff/staff/users/$id");

type Props = {
  /** What leads from a user to pages of other features. */
  links: Record<string, ComponentType<{ user: User }>>;
  texts: StaffTexts;
};

export function UserPage({ links, texts }: Props) {
  const query = useQuery(userQuery(Number(route.useParams().id)));
  const { page = 1 } = route.useSearch();
  const { data } = query;
  return (
    <Page title={data ? data.username : t`User`} aside={data && <UserMarks user={data} />}>
      <Loaded query={query} lines={6}>
        {(user) => (
          <div className="user">
            <Facts user={user} links={links} />
            <EditUser key={`${user.name} ${user.email}`} user={user} />
            <StaffActions user={user} texts={texts} />
            <AuditTrail user={user} page={page} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Facts({ user, links }: { user: User; links: Props["links"] }) {
  const providers = user.identities.map((each) => each.provider);
  return (
    <Section title={t`Account`}>
      <dl className="facts">
        <dt>
          <Trans>Since</Trans>
        </dt>
        <dd>
          <When at={user.created_at} />
        </dd>
        <dt>
          <Trans>Email</Trans>
        </dt>
        <dd>{describeEmail(user)}</dd>
        <dt>
          <Trans>Providers</Trans>
        </dt>
        <dd>{providers.length > 0 ? providers.join(", ") : t`None linked`}</dd>
      </dl>
      {Object.entries(links).map(([name, UserLink]) => (
        <UserLink key={name} user={user} />
      ))}
    </Section>
  );
}

function describeEmail({ email, email_verified }: User): string {
  if (!email) return t`None`;
  return email_verified ? t`${email}, verified` : t`${email}, not verified`;
}
