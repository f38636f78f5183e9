import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { signedIn } from "../../shell/routes";
import { paged } from "../../shell/search";

export const todosPage = createRoute({
  getParentRoute: () => signedIn,
  path: "/todos",
  validateSearch: paged,
  component: lazyRouteComponent(() => import("./Todos"), "Todos"),
});
