import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useNavigate } from "@tanstack/react-router";
import { Form } from "../../ui/Form";

export function SearchBox({ q }: { q: string }) {
  const navigate = useNavigate();
  return (
    <Form
      role="search"
      className="search"
      error={null}
      onSend={(value) => navigate({ to: "/", search: { q: value("q").trim() || undefined } })}
    >
      <label className="sr-only" htmlFor="search">
        <Trans>Search items</Trans>
      </label>
      <input id="search" type="search" name="q" defaultValue={q} placeholder={t`Search items`} />
      <button type="submit" className="button">
        <Trans>Search</Trans>
      </button>
    </Form>
  );
}
