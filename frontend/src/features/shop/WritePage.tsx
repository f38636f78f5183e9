import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { keys } from "../../api/keys";
import { fieldError, isNotFound } from "../../api/problem";
import { useRefresh } from "../../api/refresh";
import { shopQuery } from "../../api/shop/shop";
import type { WrittenPage } from "../../api/types";
import { AskFirst } from "../../ui/AskFirst";
import { Field } from "../../ui/Field";
import { Form, type Values } from "../../ui/Form";
import { FormTrouble } from "../../ui/FormTrouble";
import { Page } from "../../ui/Page";
import { Skeleton } from "../../ui/Skeleton";
import { Submit } from "../../ui/Submit";
import { Trouble } from "../../ui/Trouble";
import { pageVersionQuery, useDeletePage, useWritePage } from "./queries";

const route = getRouteApi("/in/staff/staff/shop/page");

export function WritePage() {
  const { slug = "", title = "" } = route.useSearch();
  const pages = useQuery(shopQuery).data?.pages;
  const isThere = pages?.some((each) => each.slug === slug) ?? false;
  const page = useQuery({ ...pageVersionQuery(slug), enabled: isThere });
  const isNew = pages !== undefined && (!isThere || isNotFound(page.error));
  return (
    <Page title={title || t`A page of your own`} narrow>
      {page.error && !isNew && <Trouble error={page.error} retry={() => page.refetch()} />}
      {(page.isLoading || pages === undefined) && <Skeleton lines={8} />}
      {page.data && !isNew && (
        <WriteForm key={page.data.etag} page={page.data.value} etag={page.data.etag} />
      )}
      {isNew && <WriteForm page={{ slug, title, text: "", html: "" }} isNew />}
    </Page>
  );
}

type Props = { page: WrittenPage; etag?: string; isNew?: boolean };

function WriteForm({ page, etag = "", isNew = false }: Props) {
  const navigate = useNavigate();
  const { mutate, error, isPending } = useWritePage();
  const pages = useQuery(shopQuery).data?.pages ?? [];
  const back = () => navigate({ to: "/staff/shop" });
  const about = (field: string) => fieldError(error, field);

  const reload = useRefresh(keys.shop, keys.pageVersion(page.slug));

  const send = (value: Values, overwrite = false) => {
    const [title, text] = [value("title").trim(), value("text")];
    const slug = page.slug || freeSlug(title, pages);
    const seen = { etag: overwrite ? undefined : etag, isNew: isNew && !overwrite };
    mutate({ slug, title, text, ...seen }, { onSuccess: back });
  };

  return (
    <>
      <Form className="panel" error={error} onSend={(value) => send(value)}>
        <FormTrouble
          error={error}
          busy={isPending}
          onReload={reload}
          onOverwrite={(value) => send(value, true)}
        />
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
      {!isNew && <DeletePage page={page} etag={etag} onDeleted={back} />}
    </>
  );
}

type DeleteProps = { page: WrittenPage; etag: string; onDeleted: () => void };

function DeletePage({ page, etag, onDeleted }: DeleteProps) {
  const remove = useDeletePage(page.slug, etag);
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
