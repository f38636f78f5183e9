import type { AnyRouter } from "@tanstack/react-router";

/** After a navigation the new page's heading takes the focus, as a page load would announce it. */
export function focusOnNavigation(router: AnyRouter): void {
  router.subscribe("onRendered", ({ pathChanged, fromLocation }) => {
    if (!fromLocation || !pathChanged) return;
    const heading =
      document.querySelector<HTMLElement>("main h1") ?? document.querySelector("main");
    (heading as HTMLElement | null)?.focus({ preventScroll: true });
  });
}
