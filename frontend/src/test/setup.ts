import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";
import { speak } from "../language";

// How long to wait for what will come: long enough for a busy machine.
configure({ asyncUtilTimeout: 15_000 });

// What jsdom has no page for.
window.scrollTo = vi.fn();

// It has the element, but not its modal way of opening.
HTMLDialogElement.prototype.showModal ??= function () {
  this.open = true;
};
HTMLDialogElement.prototype.close ??= function () {
  this.dispatchEvent(new Event("close"));
};

afterEach(async () => {
  cleanup();
  vi.unstubAllGlobals(); // the language looks at the navigator
  await speak("en");
  // biome-ignore lint/suspicious/noDocumentCookie: jsdom has no other way
  document.cookie = "kiosk_language=; Path=/; Max-Age=0";
  localStorage.clear();
  sessionStorage.clear();
});
