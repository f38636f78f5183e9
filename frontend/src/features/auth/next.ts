/**
 * Where to go after signing in: a path of this shop, though the address may hold anything.
 * No scheme, host, `//`, backslash or control character, and no encoding of them.
 */
export function localPath(next: string | undefined): string {
  if (!next) return "/";
  for (let text = next; ; ) {
    if (!/^\/(?![^?#]*\/\/|\/)[^\\\p{Cc}]*$/u.test(text)) return "/";
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
