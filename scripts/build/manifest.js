// Writes oclif.manifest.json: what help, completion and errors know of each command without loading it.
import {readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

/** A usage line such as `packet [POD] [flags]`; oclif's own lists every combination of flags. */
function usageOf({args, strict}) {
  const words = Object.values(args).map(({name, required}) => {
    const word = `${name.toUpperCase()}${strict === false ? '...' : ''}`
    return required ? word : `[${word}]`
  })
  return ['<%= command.id %>', ...words, '[flags]'].join(' ')
}

/** Help says of -o which forms the command has, and that any of them goes to a file too. */
function listForms({forms, flags: {output} = {}}) {
  if (forms === undefined || output === undefined) return
  const words = forms.map(form => (form.startsWith('jsonpath') ? `${form}=...` : form))
  output.description = `output format: ${words.join(', ')}; FORM=FILE writes a file (repeatable)`
}

/** Help ends with where more is written about the command. */
function nameDocs(id, command, homepage) {
  const page = `${homepage.replace(/#.*$/, '')}/blob/main/docs/commands/${id.replaceAll(':', '-')}.md`
  command.description = [command.description, `Documentation: ${page}`].filter(text => text !== undefined).join('\n\n')
}

/** Reads the commands of the tree in `stage` and writes their manifest beside it, with oclif's settings of the package. */
export async function writeManifest(stage) {
  const {Config} = await import('@oclif/core/config')
  const pjson = JSON.parse(await readFile(join(stage, 'package.json'), 'utf8'))
  const config = await Config.load({root: stage, ignoreManifest: true, pjson, devPlugins: false, userPlugins: false})
  const {manifest} = [...config.plugins.values()][0]
  // oclif lists commands in the order in which it happened to read them: sorted, the same sources always make the same program.
  const sorted = Object.entries(manifest.commands).sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [id, command] of sorted) {
    listForms(command)
    command.usage ??= usageOf(command)
    nameDocs(id, command, pjson.homepage)
  }
  const {name, version, oclif} = pjson
  const whole = {name, version, oclif, commands: Object.fromEntries(sorted)}
  await writeFile(join(stage, 'oclif.manifest.json'), JSON.stringify(whole))
  return whole
}
