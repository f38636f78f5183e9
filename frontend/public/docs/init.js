// Swagger UI has a dark scheme, and leaves it to the page when to put it on.
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const paint = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", paint);
paint();

// Its headings are links inside buttons, of which a screen reader tells only one: here the button alone is pressed.
const plainHeadings = { components: { DeepLink: ({ text }) => text } };

// What its page lacks for those who hear it: names, levels of headings without a gap, and a landmark for the head.
const MISSING = {
  "aria-label": {
    select: () => "Which example",
    textarea: () => "Body of the request",
    "table[role=region]": (table) => table.id.replaceAll("_", " "),
  },
  "aria-level": { h3: () => 2, h4: () => 3, h5: () => 4 },
  role: { ".information-container": () => "banner" },
};
const root = document.getElementById("swagger-ui");

function addMissing() {
  for (const [attribute, values] of Object.entries(MISSING))
    for (const [selector, said] of Object.entries(values))
      for (const part of root.querySelectorAll(`${selector}:not([${attribute}])`))
        part.setAttribute(attribute, said(part));
}
new MutationObserver(addMissing).observe(root, { childList: true, subtree: true });

window.SwaggerUIBundle({
  url: "/api/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  plugins: [plainHeadings],
  // null: the badge would ask a validator on the internet.
  validatorUrl: null,
});
