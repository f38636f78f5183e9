import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { use } from "react";
import { lastRequestId } from "../api/client";
import { hasCode, isNotLoaded } from "../api/problem";
import { Page } from "../ui/Page";
import { Trouble } from "../ui/Trouble";
import { Parts } from "./parts";

export function NotFoundPage() {
  const { toStart } = use(Parts);
  return (
    <Page title="Nothing here" narrow>
      <p>There is no page at this address. It may have moved, or the link is incomplete.</p>
      <p>
        <Link to="/" className="button">
          {toStart}
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
      ? "This page did not load"
      : "Something went wrong";
  return (
    <Page title={title} narrow>
      <Trouble error={error} retry={() => location.reload()} requestId={lastRequestId()} />
      <p>
        <Link to="/">{toStart}</Link>
      </p>
    </Page>
  );
}
