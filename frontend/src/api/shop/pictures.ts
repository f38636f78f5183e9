import { useMutation } from "@tanstack/react-query";
import { api, body } from "../client";

/** Sends a file as it is; gives the address at which the shop shows it. */
export function useUpload() {
  return useMutation({
    mutationFn: async (file: File) => {
      const sent = { bodySerializer: () => file, headers: { "Content-Type": file.type } };
      const { url } = await body(api.POST("/api/pictures", { ...sent, body: "" }));
      return url;
    },
  });
}
