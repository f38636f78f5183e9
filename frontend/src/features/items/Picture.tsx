import { useState } from "react";
import type { Item } from "../../api/types";

/** Decoration beside the name: empty alt. A picture that is missing or broken becomes an initial. */
export function Picture({ item }: { item: Item }) {
  const [broken, setBroken] = useState<string | null>(null);
  const url = item.image_url;
  if (!url || url === broken) {
    return (
      <span className="picture picture-none" aria-hidden="true">
        {[...item.name][0]?.toUpperCase()}
      </span>
    );
  }
  return (
    <img
      className="picture"
      src={url}
      alt=""
      width="600"
      height="450"
      onError={() => setBroken(url)}
    />
  );
}
