import { Trans } from "@lingui/react/macro";
import { plainName } from "../ui/SiteName";
import type { Look } from "./parts";

/** The frame of a site whose owner has set nothing. */
export const plainLook: Look = {
  useName: () => plainName,
  Logo: () => <img src="/favicon.svg" alt="" width="34" height="34" />,
  Foot: () => (
    <p>
      <Trans>Kiosk, a small shop that you host yourself</Trans>
    </p>
  ),
};
