import "./staff.css";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { shopQuery } from "../../api/shop";
import { Page } from "../../ui/Page";
import { Skeleton } from "../../ui/Skeleton";
import { Trouble } from "../../ui/Trouble";
import { ItemForm } from "./ItemForm";
import { useNewItem } from "./queries";

export function NewItem() {
  const navigate = useNavigate();
  const { mutate, error, isPending } = useNewItem();
  const shop = useQuery(shopQuery);
  const back = () => navigate({ to: "/staff/items" });

  return (
    <Page title="New item" narrow>
      {shop.error && <Trouble error={shop.error} retry={() => shop.refetch()} />}
      {shop.isPending && <Skeleton lines={6} />}
      {shop.data && (
        <ItemForm
          money={shop.data}
          error={error}
          busy={isPending}
          onSave={(item) => mutate(item, { onSuccess: back })}
        />
      )}
    </Page>
  );
}
