import { Link } from "@tanstack/react-router";
import type { Shop } from "../../api/types";
import { Section } from "../../ui/Section";

type PageTitle = Shop["pages"][number];

/** What most shops have to tell, by law or by custom. */
const usual: PageTitle[] = [
  { slug: "imprint", title: "Imprint" },
  { slug: "terms", title: "Terms" },
  { slug: "privacy", title: "Privacy" },
  { slug: "withdrawal", title: "Withdrawal" },
];

export function Pages({ pages }: { pages: PageTitle[] }) {
  const missing = usual.filter(({ slug }) => !pages.some((page) => page.slug === slug));
  return (
    <Section title="Pages">
      <p>They are linked below each page of the shop.</p>
      <ul className="rows" aria-label="Pages">
        {pages.map((page) => (
          <Row key={page.slug} page={page} action="Edit" />
        ))}
        {missing.map((page) => (
          <Row key={page.slug} page={page} action="Write" />
        ))}
      </ul>
      <Link to="/staff/shop/page" className="button button-quiet">
        Another page
      </Link>
    </Section>
  );
}

function Row({ page, action }: { page: PageTitle; action: "Edit" | "Write" }) {
  return (
    <li className="row">
      <p className="row-main">{page.title}</p>
      <Link to="/staff/shop/page" search={page} className="button button-small">
        {action} <span className="sr-only">{page.title}</span>
      </Link>
    </li>
  );
}
