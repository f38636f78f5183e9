import { useState } from "react";
import type { Item } from "../../api/types";

/** An uploaded picture is there in two sizes (app/shop/pictures.py). */
function sourcesOf(url: string): string | undefined {
  const name = /^\/pictures\/[0-9a-f]{32}(?=\.webp$)/.exec(url)?.[0];
  return name && `${name}-small.webp 480w, ${url} 1600w`;
}

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
      srcSet={sourcesOf(url)}
      sizes="(max-width: 40rem) 100vw, 20rem"
      alt=""
      width="600"
      height="450"
      onError={() => setBroken(url)}
    />
  );
}
