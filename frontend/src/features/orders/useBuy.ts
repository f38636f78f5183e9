import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { api, body } from "../../api/client";
import { useMe } from "../../api/me";
import { Problem } from "../../api/problem";
import type { Item, Order } from "../../api/types";

type Intent = { key: string; quantity: number };

/**
 * One intent to buy has one Idempotency-Key. It stays the same for every try until the shop has
 * decided, so that neither a double click nor a torn connection makes a second order.
 */
export function useBuy(item: Item) {
  const me = useMe();
  const navigate = useNavigate();
  const router = useRouter();
  const queries = useQueryClient();
  const intent = useRef<Intent | null>(null);
  const sending = useRef(false);
  const [leaving, setLeaving] = useState(false);

  useEffect(() => {
    // The browser's Back from the payment page may bring this page back just as it was left.
    const returned = (event: PageTransitionEvent) => event.persisted && setLeaving(false);
    window.addEventListener("pageshow", returned);
    return () => window.removeEventListener("pageshow", returned);
  }, []);

  const signInFirst = () => {
    navigate({ to: "/sign-in", search: { next: router.state.location.href } });
  };

  const goOn = (order: Order) => {
    setLeaving(true);
    queries.setQueryData(["orders", order.id], order);
    if (order.checkout_url) location.assign(order.checkout_url);
    else navigate({ to: "/orders/$id", params: { id: String(order.id) } });
  };

  const place = useMutation({
    mutationFn: ({ key, quantity }: Intent) =>
      body(
        api.POST("/api/orders", {
          params: { header: { "Idempotency-Key": key } },
          body: { lines: [{ item_id: item.id, quantity }] },
        }),
      ),
    onSuccess: (order) => {
      intent.current = null;
      goOn(order);
    },
    onError: (error) => {
      if (error instanceof Problem && error.undecided) return;
      intent.current = null;
      queries.invalidateQueries({ queryKey: ["items"] });
      if (error instanceof Problem && error.status === 401) signInFirst();
    },
    onSettled: () => {
      sending.current = false;
    },
  });

  const buy = (quantity: number) => {
    if (me === null) return signInFirst();
    if (sending.current || leaving) return;
    sending.current = true;
    if (intent.current?.quantity !== quantity)
      intent.current = { key: crypto.randomUUID(), quantity };
    place.mutate(intent.current);
  };

  return { buy, busy: place.isPending || leaving, leaving, error: place.error };
}
