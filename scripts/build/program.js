// Writes the program: files of units, and the script that starts it (src/cli/launch).
import {createHash} from 'node:crypto'
import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {build} from 'esbuild'
import {noticesOf, packageFolders} from './notices.js'
import {unitFiles, unitNames} from './units.js'

/** What starts the program from its files, and from within an executable. */
const LAUNCHERS = {start: 'start.cjs', executable: 'executable.cjs'}

/** Every command by each of its names, as src/cli/launch/command-name.ts reads it. */
function commandTable(manifest, tree, names) {
  const rows = Object.values(manifest.commands).flatMap(({id, aliases, hiddenAliases, args, strict}) => {
    const unit = names.get(`commands/${id.replaceAll(':', '/')}.js`)
    const row = {id, unit, takesArguments: strict === false || Object.keys(args ?? {}).length > 0}
    return [id, ...(aliases ?? []), ...(hiddenAliases ?? [])].map(name => [name, row])
  })
  const lost = tree.commands.filter(path => !rows.some(([, {unit}]) => unit === names.get(path)))
  if (lost.length > 0) throw new Error(`no command of the manifest is in ${lost.join(', ')}`)
  return Object.fromEntries(rows)
}

/** Writes the program of a compiled tree into the folder `out`. */
export async function writeProgram({root, tree, manifest, out}) {
  const names = unitNames(tree.outputs, [tree.main, ...tree.commands])
  const files = await unitFiles(tree, names)
  await mkdir(out)
  for (const [file, script] of files) await writeFile(join(out, `${file}.js`), script)
  await writeFile(join(out, 'NOTICES.txt'), noticesOf(root, packageFolders(tree.inputs)))
  const hash = createHash('sha256')
  for (const script of files.values()) hash.update(script)
  const known = {
    version: manifest.version,
    hash: hash.digest('hex').slice(0, 16),
    main: names.get(tree.main),
    commands: commandTable(manifest, tree, names),
  }
  const launch = {
    absWorkingDir: root,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    // A text: JSON is read faster than script.
    define: {BUILD: JSON.stringify(JSON.stringify(known))},
  }
  for (const [entry, file] of Object.entries(LAUNCHERS))
    await build({...launch, entryPoints: [`src/cli/launch/${entry}.ts`], outfile: join(out, file)})
}
