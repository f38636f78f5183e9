/**
 * Where to go after signing in: a path of this shop, whatever somebody wrote into the address.
 * No scheme, host, `//`, backslash or control character, and no encoding of them.
 */
export function localPath(next: string | undefined): string {
  if (!next) return "/";
  for (let text = next; ; ) {
    if (!/^\/(?!\/)[^\\\p{Cc}]*$/u.test(text)) return "/";
    const decoded = decode(text);
    if (decoded === text) return next;
    text = decoded;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
