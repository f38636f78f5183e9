import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { use } from "react";
import { lastRequestId } from "../api/client";
import { hasCode, isNotLoaded } from "../api/problem";
import { say } from "../language";
import { Page } from "../ui/Page";
import { Trouble } from "../ui/Trouble";
import { Parts } from "./parts";

export function NotFoundPage() {
  const { toStart } = use(Parts);
  return (
    <Page title={t`Nothing here`} narrow>
      <p>
        <Trans>
          There is no page at this address. It may have moved, or the link is incomplete.
        </Trans>
      </p>
      <p>
        <Link to="/" className="button">
          {say(toStart)}
        </Link>
      </p>
    </Page>
  );
}

/** Stands in for a page that broke while it was drawn, or whose code did not load. */
export function BrokenPage({ error }: ErrorComponentProps) {
  const { toStart } = use(Parts);
  const title =
    isNotLoaded(error) || hasCode(error, "unreachable")
      ? t`This page did not load`
      : t`Something went wrong`;
  return (
    <Page title={title} narrow>
      <Trouble error={error} retry={() => location.reload()} requestId={lastRequestId()} />
      <p>
        <Link to="/">{say(toStart)}</Link>
      </p>
    </Page>
  );
}
