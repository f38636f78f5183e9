import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { getRouteApi } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { isStaff, useMe } from "../../api/me";
import type { User } from "../../api/types";
import { Page } from "../../ui/Page";
import { linkError } from "./linkErrors";
import { SignOut } from "./SignOut";

const route = getRouteApi("/in/profile");

/** The sections of the profile, in their order. */
export type ProfileSections = Record<string, ComponentType<{ me: User }>>;

export function Profile({ sections }: { sections: ProfileSections }) {
  const me = useMe();
  const { error } = route.useSearch();
  if (!me) return null;
  return (
    <Page title={t`Your profile`} aside={<SignOut />} narrow>
      <p>
        {isStaff(me) ? (
          <Trans>
            Signed in as <strong>{me.username}</strong>, who runs the shop.
          </Trans>
        ) : (
          <Trans>
            Signed in as <strong>{me.username}</strong>.
          </Trans>
        )}
      </p>
      {error && (
        <div className="notice notice-bad" role="alert">
          <p>{linkError(error)}</p>
        </div>
      )}
      {Object.entries(sections).map(([name, Section]) => (
        <Section key={name} me={me} />
      ))}
    </Page>
  );
}
