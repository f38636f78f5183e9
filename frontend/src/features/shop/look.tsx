import "./shop.css";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useLayoutEffect } from "react";
import { shopQuery } from "../../api/shop/shop";
import type { Shop } from "../../api/types";
import type { Look } from "../../shell/parts";
import { plainLook } from "../../shell/plainLook";
import { plainName } from "../../ui/SiteName";
import { themeOf } from "./theme";

/** What the owner has set, in the frame around each page. */
export const shopLook: Look = {
  useName: () => useQuery(shopQuery).data?.name ?? plainName,

  Logo: () => {
    const shop = useQuery(shopQuery).data;
    return shop?.logo_url ? (
      <img src={shop.logo_url} {...shop.logo_size} alt="" className="shop-logo" />
    ) : (
      <plainLook.Logo />
    );
  },

  Foot: () => {
    const shop = useQuery(shopQuery).data;
    useTheme(shop);
    return (
      <>
        {shop && shop.name !== plainName ? <p>{shop.name}</p> : <plainLook.Foot />}
        {shop?.contact && <p className="shop-contact">{shop.contact}</p>}
        {shop?.pages?.map(({ slug, title }) => (
          <Link key={slug} to="/pages/$slug" params={{ slug }}>
            {title}
          </Link>
        ))}
      </>
    );
  },
};

/** The owner's colours, before the page is painted. */
function useTheme(shop: Shop | undefined) {
  useLayoutEffect(() => {
    const { style } = document.documentElement;
    const theme = Object.entries(themeOf(shop?.colours));
    for (const [name, value] of theme) style.setProperty(name, value);
    return () => {
      for (const [name] of theme) style.removeProperty(name);
    };
  }, [shop?.colours]);
}
