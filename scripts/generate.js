// Writes what is derived from the rules: src/rules/registry.ts and docs/rules.md. A test fails when they are stale.
import {existsSync, readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {importBundled} from './build/import-bundled.js'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Writes the registry of a folder of rules. */
function writeRegistry(folder, {name, type, from, about}) {
  const slugs = readdirSync(join(root, folder), {withFileTypes: true})
    .filter(entry => entry.isDirectory() && existsSync(join(root, folder, entry.name, 'rule.ts')))
    .map(entry => entry.name)
    .sort()
  const variable = slug => slug.replace(/-(\w)/g, (_, letter) => letter.toUpperCase())
  const imports = slugs.map(slug => `import {rule as ${variable(slug)}} from './${slug}/rule.js'`)
  const list = slugs.map(slug => `  ${variable(slug)},`)
  writeFileSync(
    join(root, folder, 'registry.ts'),
    `${imports.join('\n')}
import type {${type}} from './${from}.js'

/** Every rule${about}, by slug. Written by scripts/generate.js. */
export const ${name}: readonly ${type}[] = [
${list.join('\n')}
]
`,
  )
}

writeRegistry('src/rules', {name: 'RULES', type: 'MeshRule', from: 'rule', about: ''})
writeRegistry('src/rules/config', {
  name: 'CONFIG_RULES',
  type: 'ConfigRule',
  from: 'config-rule',
  about: ' about the configuration of the mesh',
})

const {ALL_RULES, rulesDocument} = await importBundled(
  root,
  "export {ALL_RULES} from './src/rules/all-rules.ts'\nexport {rulesDocument} from './src/reports/rules/document.ts'",
)
writeFileSync(join(root, 'docs/rules.md'), rulesDocument(ALL_RULES))
