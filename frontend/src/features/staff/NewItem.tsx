import "./staff.css";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { Item } from "../../api/types";
import { Page } from "../../ui/Page";
import { Skeleton } from "../../ui/Skeleton";
import { ItemForm } from "./ItemForm";
import { stockQuery, useNewItem } from "./queries";

export function NewItem() {
  const navigate = useNavigate();
  const { mutate, error, isPending } = useNewItem();
  const stock = useQuery(stockQuery(1));
  // The shop has one currency; its items tell which. The very first item gets its price after this.
  const currency = stock.data?.items[0]?.currency;

  const goOn = (item: Item) =>
    currency
      ? navigate({ to: "/staff/items" })
      : navigate({ to: "/staff/items/$id", params: { id: String(item.id) } });
  return (
    <Page title="New item" narrow>
      {stock.isPending ? (
        <Skeleton lines={6} />
      ) : (
        <ItemForm
          currency={currency}
          error={error}
          busy={isPending}
          onSave={(item) => mutate(item, { onSuccess: goOn })}
        />
      )}
    </Page>
  );
}
