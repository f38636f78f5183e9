import { createRoute } from "@tanstack/react-router";
import { lazyPage } from "../../shell/lazyPage";
import { staffOnly } from "../../shell/routes";

export const dashboardPage = createRoute({
  getParentRoute: () => staffOnly,
  path: "/staff",
  component: lazyPage(() => import("./Dashboard"), "Dashboard"),
});
