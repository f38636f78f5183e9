import "./written.css";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { isNotFound } from "../../api/problem";
import { NotFoundPage } from "../../shell/ErrorPages";
import { Loaded } from "../../ui/Loaded";
import { Page } from "../../ui/Page";
import { pageQuery } from "./queries";

const route = getRouteApi("/pages/$slug");

/** A page that the owner wrote. */
export function WrittenPage() {
  const { slug } = route.useParams();
  const page = useQuery(pageQuery(slug));
  if (isNotFound(page.error)) return <NotFoundPage />;
  return (
    <Page title={page.data?.title ?? "…"}>
      <Loaded query={page} lines={8}>
        {({ html }) => (
          // biome-ignore lint/security/noDangerouslySetInnerHtml: the server makes it of Markdown, without HTML of the owner's
          <div className="panel written" dangerouslySetInnerHTML={{ __html: html }} />
        )}
      </Loaded>
    </Page>
  );
}
