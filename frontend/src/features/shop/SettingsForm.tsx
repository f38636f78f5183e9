import "./settings.css";
import { t } from "@lingui/core/macro";
import { edited } from "../../api/edited";
import { fieldError } from "../../api/problem";
import type { Shop, ShopChange } from "../../api/types";
import { Field } from "../../ui/Field";
import { Form, type Values } from "../../ui/Form";
import { FormTrouble } from "../../ui/FormTrouble";
import { Submit } from "../../ui/Submit";
import { PictureField } from "../../ui/shop/PictureField";
import { useChangeShop } from "./queries";

type Props = { shop: Shop; etag: string; onReload: () => void };

export function SettingsForm({ shop, etag, onReload }: Props) {
  const { mutate, error, isPending, isSuccess } = useChangeShop();
  const about = (field: string) => fieldError(error, field);

  const send = (value: Values, known?: string) =>
    mutate({ change: changes(shop, value), etag: known });

  return (
    <Form
      className="panel"
      aria-label={t`Settings`}
      error={error}
      onSend={(value) => send(value, etag)}
    >
      <FormTrouble error={error} busy={isPending} onReload={onReload} onOverwrite={send} />
      <Field label={t`Name`} name="name" defaultValue={shop.name} error={about("name")} required />
      <PictureField
        label={t`Logo`}
        name="logo_url"
        defaultValue={shop.logo_url}
        error={about("logo_url")}
      />
      <div className="colour-fields">
        <Field
          type="color"
          label={t`Head and links`}
          name="primary"
          defaultValue={shop.colours.primary}
          error={about("colours.primary")}
        />
        <Field
          type="color"
          label={t`Awning and price tags`}
          name="accent"
          defaultValue={shop.colours.accent}
          error={about("colours.accent")}
        />
      </div>
      <Field
        multiline
        label={t`Contact`}
        name="contact"
        defaultValue={shop.contact}
        hint={t`Stands below each page.`}
        error={about("contact")}
      />
      <Field
        multiline
        label={t`Pick-up or delivery`}
        name="delivery"
        defaultValue={shop.delivery}
        hint={t`Buyers read it with their order.`}
        error={about("delivery")}
      />
      <Field
        label={t`Time zone`}
        name="time_zone"
        defaultValue={shop.time_zone}
        hint={t`Such as Europe/Berlin.`}
        error={about("time_zone")}
      />
      <div className="actions">
        <Submit label={t`Save`} busyLabel={t`Saving…`} busy={isPending} />
        <p role="status">{isSuccess && t`Saved.`}</p>
      </div>
    </Form>
  );
}

/** Only what was edited: what other staff have set meanwhile stays. */
function changes(shop: Shop, value: Values): ShopChange {
  const given = {
    name: value("name").trim(),
    contact: value("contact").trim(),
    delivery: value("delivery").trim(),
    logo_url: value("logo_url").trim() || null,
    time_zone: value("time_zone").trim(),
  };
  const colours = { primary: value("primary"), accent: value("accent") };
  return { ...edited(shop, given), colours: edited(shop.colours, colours) };
}
