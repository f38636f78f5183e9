import { msg, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import type { Shop } from "../../api/types";
import { say, type Words } from "../../language";
import { Section } from "../../ui/Section";

type PageTitle = Shop["pages"][number];

/** What most shops have to tell, by law or by custom. */
const usual: { slug: string; title: Words }[] = [
  { slug: "imprint", title: msg`Imprint` },
  { slug: "terms", title: msg`Terms` },
  { slug: "privacy", title: msg`Privacy` },
  { slug: "withdrawal", title: msg`Withdrawal` },
];

export function Pages({ pages }: { pages: PageTitle[] }) {
  const missing = usual
    .filter(({ slug }) => !pages.some((page) => page.slug === slug))
    .map(({ slug, title }) => ({ slug, title: say(title) }));
  return (
    <Section title={t`Pages`}>
      <p>
        <Trans>They are linked below each page of the shop.</Trans>
      </p>
      <ul className="rows" aria-label={t`Pages`}>
        {pages.map((page) => (
          <Row key={page.slug} page={page} action={t`Edit`} />
        ))}
        {missing.map((page) => (
          <Row key={page.slug} page={page} action={t`Write`} />
        ))}
      </ul>
      <Link to="/staff/shop/page" className="button button-quiet">
        <Trans>Another page</Trans>
      </Link>
    </Section>
  );
}

function Row({ page, action }: { page: PageTitle; action: string }) {
  return (
    <li className="row">
      <p className="row-main">{page.title}</p>
      <Link to="/staff/shop/page" search={page} className="button button-small">
        {action} <span className="sr-only">{page.title}</span>
      </Link>
    </li>
  );
}
