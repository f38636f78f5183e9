import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { Problem } from "./problem";
import { type BeforeEnd, endSession } from "./sessionEnd";

export function createQueryClient(beforeEnd: BeforeEnd): QueryClient {
  // A session that ended elsewhere shows at the next request: from then on no user is signed in here.
  const onError = (error: Error) => {
    if (error instanceof Problem && error.signedOut) endSession(client, beforeEnd);
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        // Without a network a query fails and says so, instead of waiting in silence.
        networkMode: "always",
        retry: (failures, error) => failures < 1 && error instanceof Problem && error.undecided,
      },
      mutations: { networkMode: "always" },
    },
  });
  return client;
}
