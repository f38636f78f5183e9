import { createRoute } from "@tanstack/react-router";
import { lazyPage } from "../../shell/lazyPage";
import { signedIn } from "../../shell/routes";
import { paged } from "../../shell/search";

export const todosPage = createRoute({
  getParentRoute: () => signedIn,
  path: "/todos",
  validateSearch: paged,
  component: lazyPage(() => import("./Todos"), "Todos"),
});
