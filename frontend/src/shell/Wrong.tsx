import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { lastRequestId } from "../api/client";
import { Page } from "../ui/Page";
import { Trouble } from "../ui/Trouble";

export function Missing() {
  return (
    <Page title="Nothing here" narrow>
      <p>There is no page at this address. It may have moved, or the link is incomplete.</p>
      <p>
        <Link to="/" className="button">
          To the items
        </Link>
      </p>
    </Page>
  );
}

/** What stands in for a page that broke while it was drawn, or whose code did not load. */
export function Broken({ error }: ErrorComponentProps) {
  return (
    <Page title="Something went wrong" narrow>
      <Trouble error={error} retry={() => location.reload()} requestId={lastRequestId()} />
      <p>
        <Link to="/">To the items</Link>
      </p>
    </Page>
  );
}
