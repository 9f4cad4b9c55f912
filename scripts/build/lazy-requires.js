// CommonJS packages load everything they may need at once. Here each of their modules loads what it needs when it first uses it.
import {readFile} from 'node:fs/promises'

/** `const x = require("y")` at the beginning of a line, with or without one of TypeScript's helpers around it. */
const IMPORT = /^(?:const|var) (\w+) = ((?:__importDefault|__importStar)?\(?require\(["'][^"']+["']\)\)?);$/gm

/** Where a name stands for itself: not within a longer one, nor as the name of a property; a spread is not a property. */
export const AS_NAME = '(?<![\\w$])(?<!(?<!\\.\\.)\\.)'

/** The text of a module with each import of which only members are used as a function that loads it once. */
function withLazyRequires(text) {
  const members = name => new RegExp(`${AS_NAME}${name}(?=\\.)`, 'g')
  const asValue = name => new RegExp(`${AS_NAME}${name}(?![\\w$.]| = )`)
  const code = text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '')
  const names = [...text.matchAll(IMPORT)].map(([, name]) => name).filter(name => !asValue(name).test(code))
  let lazy = text.replace(IMPORT, (whole, name, load) =>
    names.includes(name) ? `let $$${name};\nconst ${name} = () => ($$${name} ??= ${load});` : whole,
  )
  for (const name of names) lazy = lazy.replace(members(name), `(${name}())`)
  return lazy
}

/** esbuild's plugin that loads the modules of oclif and ws so. */
export const lazyRequires = {
  name: 'lazy-requires',
  setup(builder) {
    builder.onLoad({filter: /node_modules[\\/](@oclif[\\/]core|ws)[\\/]lib[\\/].*\.js$/}, async ({path}) => ({
      contents: withLazyRequires(await readFile(path, 'utf8')),
      loader: 'js',
    }))
  },
}
