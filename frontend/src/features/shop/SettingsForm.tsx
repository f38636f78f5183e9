import { edited } from "../../api/edited";
import { fieldError } from "../../api/problem";
import type { Shop, ShopChange } from "../../api/types";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { Submit } from "../../ui/Submit";
import { PictureField } from "../../ui/shop/PictureField";
import { Trouble } from "../../ui/Trouble";
import { useChangeShop } from "./queries";

export function SettingsForm({ shop }: { shop: Shop }) {
  const { mutate, error, isPending, isSuccess } = useChangeShop();
  const about = (field: string) => fieldError(error, field);

  const send = (value: (name: string) => string) => mutate(changes(shop, value));

  return (
    <Form className="panel" aria-label="Settings" error={error} onSend={send}>
      {error && <Trouble error={error} />}
      <Field label="Name" name="name" defaultValue={shop.name} error={about("name")} required />
      <PictureField
        label="Logo"
        name="logo_url"
        defaultValue={shop.logo_url}
        error={about("logo_url")}
      />
      <div className="colour-fields">
        <Field
          type="color"
          label="Head and links"
          name="primary"
          defaultValue={shop.colours.primary}
          error={about("colours.primary")}
        />
        <Field
          type="color"
          label="Awning and price tags"
          name="accent"
          defaultValue={shop.colours.accent}
          error={about("colours.accent")}
        />
      </div>
      <Field
        multiline
        label="Contact"
        name="contact"
        defaultValue={shop.contact}
        hint="Stands below each page."
        error={about("contact")}
      />
      <Field
        multiline
        label="Pick-up or delivery"
        name="delivery"
        defaultValue={shop.delivery}
        hint="Buyers read it with their order."
        error={about("delivery")}
      />
      <Field
        label="Time zone"
        name="time_zone"
        defaultValue={shop.time_zone}
        hint="Such as Europe/Berlin."
        error={about("time_zone")}
      />
      <div className="actions">
        <Submit label="Save" busyLabel="Saving…" busy={isPending} />
        <p role="status">{isSuccess && "Saved."}</p>
      </div>
    </Form>
  );
}

/** Only what was edited: what other staff have set meanwhile stays. */
function changes(shop: Shop, value: (name: string) => string): ShopChange {
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
