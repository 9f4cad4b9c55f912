// Packages that TypeScript compiled to CommonJS load everything they may need at once. Here each of their modules loads what it needs when it first uses it.
import {readFile} from 'node:fs/promises'

/** `const x_1 = require("y")` at the beginning of a line, as TypeScript writes imports, with or without one of its helpers around it. */
const IMPORT =
  /^(?:const|var) (\w+_\d+|\w+(?= = __importStar)) = ((?:__importDefault|__importStar)?\(?require\("[^"]+"\)\)?);$/gm

/** The text of a module with each import as a function that loads it once, called at every use. */
export function withLazyRequires(text) {
  const names = [...text.matchAll(IMPORT)].map(([, name]) => name)
  let lazy = text.replace(IMPORT, (_, name, load) => `let $$${name};\nconst ${name} = () => ($$${name} ??= ${load});`)
  for (const name of names)
    lazy = lazy.replace(new RegExp(`(?<![\\w$])(?<!(?<!\\.\\.)\\.)${name}(?=\\.)`, 'g'), `(${name}())`)
  return lazy
}

/** esbuild's plugin that loads oclif's modules so. */
export const lazyOclif = {
  name: 'lazy-oclif',
  setup(builder) {
    builder.onLoad({filter: /@oclif[\\/]core[\\/]lib[\\/].*\.js$/}, async ({path}) => ({
      contents: withLazyRequires(await readFile(path, 'utf8')),
      loader: 'js',
    }))
  },
}
