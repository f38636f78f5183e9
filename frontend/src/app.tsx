import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRouter, type RouterHistory, RouterProvider } from "@tanstack/react-router";
import { createQueryClient } from "./api/queries";
import { routeTree } from "./routes";
import { BrokenPage, NotFoundPage } from "./shell/ErrorPages";
import { focusOnNavigation } from "./shell/focus";
import { inLanguage } from "./shell/inLanguage";
import { Parts } from "./shell/parts";
import { keepTyped } from "./ui/typed";
import { parts } from "./wiring";

type Application = { router: ReturnType<typeof createAppRouter>; queries: QueryClient };

/** The one place where the frontend is wired. Tests hand in a history of their own. */
export function createApp(history?: RouterHistory): Application {
  const router = createAppRouter(history);
  focusOnNavigation(router);
  return { router, queries: createQueryClient(keepTyped) };
}

export function App({ router, queries }: Application) {
  return (
    <I18nProvider i18n={i18n}>
      <QueryClientProvider client={queries}>
        <Parts value={parts}>
          <RouterProvider router={router} />
        </Parts>
      </QueryClientProvider>
    </I18nProvider>
  );
}

function createAppRouter(history?: RouterHistory) {
  return createRouter({
    routeTree,
    history,
    scrollRestoration: true,
    defaultPreload: "intent",
    defaultErrorComponent: inLanguage(BrokenPage),
    defaultNotFoundComponent: inLanguage(NotFoundPage),
    // Plain text in the address, as every server reads it: the default writes JSON (?q="5").
    parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
    stringifySearch,
  });
}

function stringifySearch(search: Record<string, unknown>): string {
  const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== "");
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text && `?${text}`;
}

declare module "@tanstack/react-router" {
  interface Register {
    router: Application["router"];
  }
}
