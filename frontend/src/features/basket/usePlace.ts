import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { api, body } from "../../api/client";
import { keys } from "../../api/keys";
import { useMe } from "../../api/me";
import { isUndecided, Problem } from "../../api/problem";
import { useRefresh } from "../../api/refresh";
import type { Intent } from "../../api/shop/intent";
import type { NewOrder, Order, OrderLineRequest } from "../../api/types";

/** Places an order and goes on to pay it. A visitor signs in first and comes back. */
export function usePlace(intent: Intent<NewOrder>, onPlaced?: () => void) {
  const me = useMe();
  const navigate = useNavigate();
  const router = useRouter();
  const queries = useQueryClient();
  const refreshItems = useRefresh(keys.items);
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
    queries.setQueryData(keys.order(order.id), order);
    if (order.checkout_url) location.assign(order.checkout_url);
    else navigate({ to: "/orders/$id", params: { id: String(order.id) } });
  };

  const { mutate, isPending, error } = useMutation({
    mutationFn: ({ key, wish }: { key: string; wish: NewOrder }) =>
      body(
        api.POST("/api/orders", {
          params: { header: { "Idempotency-Key": key } },
          body: wish,
        }),
      ),
    onSuccess: (order) => {
      intent.over();
      onPlaced?.();
      goOn(order);
    },
    onError: (error) => {
      if (isUndecided(error)) return;
      intent.over();
      void refreshItems();
      if (error instanceof Problem && error.status === 401) signInFirst();
    },
    onSettled: () => {
      sending.current = false;
    },
  });

  const place = (lines: OrderLineRequest[], note = "") => {
    if (me === null) return signInFirst();
    if (sending.current || leaving) return;
    sending.current = true;
    const wish = { lines, note };
    mutate({ key: intent.keyFor(wish), wish });
  };

  return { place, busy: isPending || leaving, leaving, error };
}
