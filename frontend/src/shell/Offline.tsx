import { Trans } from "@lingui/react/macro";
import { useSyncExternalStore } from "react";

function subscribe(listener: () => void) {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}

/** Said on every page as long as the browser has no network. A live region, so that it is read out when it comes. */
export function Offline() {
  const online = useSyncExternalStore(subscribe, () => navigator.onLine);
  return (
    <div aria-live="polite">
      {!online && (
        <p className="notice offline">
          <Trans>
            You are offline. What you see may be old, and nothing reaches the shop until your
            connection is back.
          </Trans>
        </p>
      )}
    </div>
  );
}
