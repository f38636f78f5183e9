import { useNavigate } from "@tanstack/react-router";
import type { Role } from "../../../api/types";
import { Form } from "../../../ui/Form";
import type { Wanted } from "./queries";

export function FindUsers({ wanted }: { wanted: Wanted }) {
  const navigate = useNavigate();
  const find = (value: (name: string) => string) =>
    navigate({
      to: "/staff/users",
      search: {
        q: value("q").trim() || undefined,
        role: (value("role") || undefined) as Role | undefined,
      },
    });

  return (
    <Form role="search" className="find-users" error={null} onSend={find}>
      <div className="field find-users-words">
        <label htmlFor="find-users-q">Username, name or email</label>
        <input id="find-users-q" type="search" name="q" maxLength={200} defaultValue={wanted.q} />
      </div>
      <div className="field">
        <label htmlFor="find-users-role">Role</label>
        <select id="find-users-role" name="role" defaultValue={wanted.role ?? ""}>
          <option value="">Everybody</option>
          <option value="customer">Customers</option>
          <option value="staff">Staff</option>
        </select>
      </div>
      <button type="submit" className="button">
        Search
      </button>
    </Form>
  );
}
