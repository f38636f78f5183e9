import { Trans } from "@lingui/react/macro";
import { useNavigate } from "@tanstack/react-router";
import { useId } from "react";
import { say } from "../../language";
import { Form } from "../../ui/Form";
import { isKind, kinds, type StockSearch } from "./search";

/** Staff's way to an item: by words, and by how it stands. */
export function FindItems({ search }: { search: StockSearch }) {
  const navigate = useNavigate();
  const [words, kind] = [useId(), useId()];
  const find = (value: (name: string) => string) => {
    const only = value("only");
    navigate({
      to: "/staff/items",
      search: { q: value("q").trim() || undefined, only: isKind(only) ? only : undefined },
    });
  };

  return (
    <Form role="search" className="find-items" error={null} onSend={find}>
      <div className="field find-items-words">
        <label htmlFor={words}>
          <Trans>Name or description</Trans>
        </label>
        <input id={words} type="search" name="q" maxLength={200} defaultValue={search.q} />
      </div>
      <div className="field">
        <label htmlFor={kind}>
          <Trans>Which items</Trans>
        </label>
        <select id={kind} name="only" defaultValue={search.only ?? ""}>
          <option value="">
            <Trans>All items</Trans>
          </option>
          {Object.entries(kinds).map(([only, label]) => (
            <option key={only} value={only}>
              {say(label)}
            </option>
          ))}
        </select>
      </div>
      <button type="submit" className="button">
        <Trans>Search</Trans>
      </button>
    </Form>
  );
}
