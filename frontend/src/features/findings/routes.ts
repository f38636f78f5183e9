import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { staffOnly } from "../../shell/routes";

export const findingsPage = createRoute({
  getParentRoute: () => staffOnly,
  path: "/staff/findings",
  component: lazyRouteComponent(() => import("./Findings"), "Findings"),
});
