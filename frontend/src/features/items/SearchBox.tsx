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
        Search items
      </label>
      <input id="search" type="search" name="q" defaultValue={q} placeholder="Search items" />
      <button type="submit" className="button">
        Search
      </button>
    </Form>
  );
}
