import "./stock.css";
import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { shopQuery } from "../../api/shop/shop";
import { Loaded } from "../../ui/Loaded";
import { Page } from "../../ui/Page";
import { ItemForm } from "./ItemForm";
import { useNewItem } from "./queries";

export function NewItem() {
  const navigate = useNavigate();
  const { mutate, error, isPending } = useNewItem();
  const shop = useQuery(shopQuery);
  const back = () => navigate({ to: "/staff/items" });

  return (
    <Page title={t`New item`} narrow>
      <Loaded query={shop} lines={6}>
        {(currency) => (
          <ItemForm
            currency={currency}
            error={error}
            busy={isPending}
            onSave={(item) => mutate(item, { onSuccess: back })}
          />
        )}
      </Loaded>
    </Page>
  );
}
