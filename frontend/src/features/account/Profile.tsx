import { getRouteApi } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { useMe } from "../../api/me";
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
    <Page title="Your profile" aside={<SignOut />} narrow>
      <p>
        Signed in as <strong>{me.username}</strong>
        {me.role === "staff" && ", who runs the shop"}.
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
