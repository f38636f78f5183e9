import { createRoute } from "@tanstack/react-router";
import { lazyPage } from "../../shell/lazyPage";
import { staffOnly } from "../../shell/routes";

export const findingsPage = createRoute({
  getParentRoute: () => staffOnly,
  path: "/staff/findings",
  component: lazyPage(() => import("./Findings"), "Findings"),
});
