import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { isDown, leadingTo, providersQuery } from "../api/providers";
import type { Confirmation } from "../api/types";
import type { WayToConfirm } from "./parts";

export const byProvider: WayToConfirm = {
  isPossible: ({ providers }) => providers.length > 0,
  Way: ConfirmByProvider,
};

/** By a sign-in at a provider, which leaves the page. */
function ConfirmByProvider({ confirmation }: { confirmation: Confirmation }) {
  const providers = useQuery(providersQuery).data ?? [];
  const here = useRouterState({ select: ({ location }) => location.pathname });
  return (
    <ul className="stack">
      {providers
        .filter((provider) => confirmation.providers.includes(provider.name) && !isDown(provider))
        .map(({ name, label, url }) => (
          <li key={name}>
            <a className="button button-quiet button-wide" href={leadingTo(url, here)}>
              <Trans>Confirm with {label}</Trans>
            </a>
            <p className="field-hint">
              <Trans>Leads to {label} and back; then do it again.</Trans>
            </p>
          </li>
        ))}
    </ul>
  );
}
