import "./ui/base.css";
import "./ui/parts.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { first } from "./api/first";
import { App, createApp } from "./app";
import { isLanguage, type Language, speak } from "./language";

const root = document.getElementById("app");
if (!root) throw new Error("index.html has no #app");

const draw = () =>
  createRoot(root).render(
    <StrictMode>
      <App {...createApp()} />
    </StrictMode>,
  );

// In the reader's language from the first moment on. Where its messages do not come, the page is English.
// Not by `await`: the build would then cut this file into thirty.
speak(wanted())
  .catch(() => speak("en"))
  .then(draw);

/** The server says it; where it has not, the browser does. */
function wanted(): Language {
  const named = [first.language, ...navigator.languages.map((each) => each.split("-")[0])];
  return named.find(isLanguage) ?? "en";
}
