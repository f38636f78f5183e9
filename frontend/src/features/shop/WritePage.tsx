import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { fieldError, isNotFound } from "../../api/problem";
import { shopQuery } from "../../api/shop/shop";
import type { WrittenPage } from "../../api/types";
import { AskFirst } from "../../ui/AskFirst";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { Page } from "../../ui/Page";
import { Skeleton } from "../../ui/Skeleton";
import { Submit } from "../../ui/Submit";
import { Trouble } from "../../ui/Trouble";
import { pageQuery, useDeletePage, useWritePage } from "./queries";

const route = getRouteApi("/in/staff/staff/shop/page");

export function WritePage() {
  const { slug = "", title = "" } = route.useSearch();
  const pages = useQuery(shopQuery).data?.pages;
  const isThere = pages?.some((each) => each.slug === slug) ?? false;
  const page = useQuery({ ...pageQuery(slug), enabled: isThere });
  const isNew = pages !== undefined && (!isThere || isNotFound(page.error));
  return (
    <Page title={title || t`A page of your own`} narrow>
      {page.error && !isNew && <Trouble error={page.error} retry={() => page.refetch()} />}
      {(page.isLoading || pages === undefined) && <Skeleton lines={8} />}
      {page.data && <WriteForm page={page.data} />}
      {isNew && <WriteForm page={{ slug, title, text: "", html: "" }} isNew />}
    </Page>
  );
}

function WriteForm({ page, isNew = false }: { page: WrittenPage; isNew?: boolean }) {
  const navigate = useNavigate();
  const { mutate, error, isPending } = useWritePage();
  const pages = useQuery(shopQuery).data?.pages ?? [];
  const back = () => navigate({ to: "/staff/shop" });
  const about = (field: string) => fieldError(error, field);

  const send = (value: (name: string) => string) => {
    const [title, text] = [value("title").trim(), value("text")];
    mutate({ slug: page.slug || freeSlug(title, pages), title, text }, { onSuccess: back });
  };

  return (
    <>
      <Form className="panel" error={error} onSend={send}>
        {error && <Trouble error={error} />}
        <Field
          label={t`Title`}
          name="title"
          defaultValue={page.title}
          error={about("title")}
          required
        />
        <Field
          multiline
          rows={18}
          label={t`Text`}
          name="text"
          defaultValue={page.text}
          hint={t`Markdown: # heading, **bold**, [a link](https://example.com), - a list.`}
          error={about("text")}
        />
        <div className="actions">
          <Submit label={t`Save`} busyLabel={t`Saving…`} busy={isPending} />
          <Link to="/staff/shop">
            <Trans>Back to the shop</Trans>
          </Link>
        </div>
      </Form>
      {!isNew && <DeletePage page={page} onDeleted={back} />}
    </>
  );
}

function DeletePage({ page, onDeleted }: { page: WrittenPage; onDeleted: () => void }) {
  const remove = useDeletePage(page.slug);
  return (
    <AskFirst
      label={t`Delete this page`}
      title={t`Delete “${page.title}”?`}
      action={t`Delete it`}
      busy={remove.isPending}
      onConfirm={() => remove.mutate(undefined, { onSuccess: onDeleted })}
    >
      <p>
        <Trans>Links to it lead nowhere from then on.</Trans>
      </p>
      {remove.error && <Trouble error={remove.error} />}
    </AskFirst>
  );
}

/** One that no page has: writing it replaces none. */
function freeSlug(title: string, pages: { slug: string }[]): string {
  const isFree = (slug: string) => !pages.some((page) => page.slug === slug);
  const wanted = slugOf(title);
  for (let number = 1; ; number++) {
    const slug = number === 1 ? wanted : `${wanted}-${number}`;
    if (isFree(slug)) return slug;
  }
}

/** "Über uns & mehr" is "uber-uns-mehr". */
function slugOf(title: string): string {
  const plain = title
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase();
  return (
    plain
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 60) || "page"
  );
}
