import { type PluginObj, transformAsync, types } from "@babel/core";
import macros from "@lingui/babel-plugin-lingui-macro";
import { compileMessage } from "@lingui/message-utils/compileMessage";
import type { Plugin } from "vite";

/** Makes calls of Lingui's macros, such as t`Sign in`, with the English in them ready to be shown. */
export function linguiMacros(): Plugin {
  return {
    name: "lingui-macros",
    enforce: "pre",
    transform: {
      filter: { id: /\/src\/.*\.tsx?$/, code: /@lingui\/(core|react)\/macro/ },
      async handler(code, id) {
        const made = await transformAsync(code, {
          filename: id,
          babelrc: false,
          configFile: false,
          sourceMaps: true,
          parserOpts: { plugins: ["typescript", "jsx"] },
          plugins: [[macros, { stripMessageField: false }], compiled],
        });
        return made && { code: made.code ?? "", map: made.map };
      },
    },
  };
}

/** A message as the parts that it consists of. So English needs no catalogue, and the page no parser of messages. */
const compiled = (): PluginObj => ({
  visitor: {
    ObjectExpression({ node: { properties } }) {
      const [id, message] = properties;
      if (!isNamed(id, "id") || !isNamed(message, "message")) return;
      if (types.isStringLiteral(message.value))
        message.value = types.valueToNode(compileMessage(message.value.value));
    },
  },
});

const isNamed = (
  property: types.Node | undefined,
  name: string,
): property is types.ObjectProperty =>
  types.isObjectProperty(property) && types.isIdentifier(property.key, { name });

/**
 * Names the messages of each language in the page, in a comment: the server takes it off for the language that the page
 * is to be in (app/web/first_answer.py), and the browser fetches them together with the code.
 */
export function namedPerLanguage(): Plugin {
  return {
    name: "named-per-language",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler: (html, { bundle }) => {
        const links = Object.values(bundle ?? {}).flatMap((file) => {
          const moduleId = file.type === "chunk" ? file.facadeModuleId : null;
          const name = /locales\/(\w+)\/messages\.po/.exec(moduleId ?? "")?.[1];
          const link = `<link rel="modulepreload" crossorigin href="/${file.fileName}">`;
          return name ? [`    <!-- ${name}: ${link} -->\n`] : [];
        });
        return html.replace("  </head>", `${links.join("")}  </head>`);
      },
    },
  };
}
