import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { api, body } from "../../api/client";
import { keys } from "../../api/keys";
import { useMe } from "../../api/me";
import { isUndecided, Problem } from "../../api/problem";
import { useRefresh } from "../../api/refresh";
import type { Intent } from "../../api/shop/intent";
import type { NewOrder, Order } from "../../api/types";
import { dropPurchase, keepPurchase, takePurchase } from "./unfinished";

type Options = {
  intent: Intent<NewOrder>;
  /** Whether a purchase that waited for a sign-in goes on here; false as long as it cannot. */
  isMine: (wish: NewOrder) => boolean;
  /** What comes before the order is placed, and makes it complete. */
  before?: (wish: NewOrder) => Promise<NewOrder>;
};

/** Places an order and goes on to pay it. A visitor signs in first, and then it goes on by itself. */
export function usePlace({ intent, isMine, before }: Options) {
  const me = useMe();
  const navigate = useNavigate();
  const router = useRouter();
  const queries = useQueryClient();
  const refresh = useRefresh(keys.items, keys.basket);
  const sending = useRef(false);
  const leaving = useLeaving(refresh);

  const signInFirst = (wish: NewOrder) => {
    const path = router.state.location.href;
    keepPurchase({ path, wish, since: Date.now() });
    navigate({ to: "/sign-in", search: { next: path } });
  };

  const goOn = (order: Order) => {
    leaving.begin();
    queries.setQueryData(keys.order(order.id), order);
    void queries.invalidateQueries({ queryKey: keys.basket });
    if (order.checkout_url) location.assign(order.checkout_url);
    else navigate({ to: "/orders/$id", params: { id: String(order.id) } });
  };

  const { mutate, isPending, error } = useMutation({
    mutationFn: async ({ key, wish }: { key: string; wish: NewOrder }) => {
      const order = (await before?.(wish)) ?? wish;
      return body(
        api.POST("/api/orders", { params: { header: { "Idempotency-Key": key } }, body: order }),
      );
    },
    onSuccess: (order) => {
      intent.over();
      goOn(order);
    },
    onError: (error, { wish }) => {
      if (isUndecided(error)) return;
      if (error instanceof Problem && error.status === 401) return signInFirst(wish);
      intent.over();
      void refresh();
    },
    onSettled: () => {
      sending.current = false;
    },
  });

  const place = (wish: NewOrder) => {
    if (me === null) return signInFirst(wish);
    if (sending.current || leaving.now) return;
    sending.current = true;
    mutate({ key: intent.keyFor(wish), wish });
  };

  useUnfinished(isMine, place);
  return { place, busy: isPending || leaving.now, leaving: leaving.now, error };
}

/** Goes on with what the buyer wanted before they signed in. */
function useUnfinished(isMine: Options["isMine"], place: (wish: NewOrder) => void) {
  const me = useMe();
  const router = useRouter();
  const [opened] = useState(Date.now);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, as soon as it is known who is here
  useEffect(() => {
    if (me === null) dropPurchase(opened);
    const wish = me && takePurchase(router.state.location.href, isMine, Date.now());
    if (wish) place(wish);
  }, [me]);
}

/** Whether the browser is on its way to the payment page. */
function useLeaving(onReturn: () => unknown) {
  const [now, setNow] = useState(false);
  const back = useRef(onReturn);
  back.current = onReturn;
  useEffect(() => {
    // The browser's Back from the payment page may bring this page back just as it was left.
    const returned = (event: PageTransitionEvent) => {
      if (!event.persisted) return;
      setNow(false);
      void back.current();
    };
    window.addEventListener("pageshow", returned);
    return () => window.removeEventListener("pageshow", returned);
  }, []);
  return { now, begin: () => setNow(true) };
}
