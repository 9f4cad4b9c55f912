import {pathToFileURL} from 'node:url'
import {NO_NEEDS} from '../src/cli/command-needs.js'
import {type Candidate, completions} from '../src/cli/completion/completion.js'
import {availableNames} from '../src/cli/completion/completion-names.js'
import {openFor} from '../src/cli/input/open-for.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {write} from '../src/cli/output/streams.js'
import {readSurface} from '../src/cli/usage/surface.js'
import {definedFields} from '../src/model/collections/defined-fields.js'
import {escapeText} from '../src/terminal/escape.js'

/** A candidate as cobra prints it: the word, a tab, what it means. */
function line({word, meaning}: Candidate): string {
  return meaning === undefined ? escapeText(word) : `${escapeText(word)}\t${escapeText(meaning)}`
}

export default class Complete extends MeshCommand {
  static override summary = 'Complete a word for a shell (used by the completion scripts)'
  static override hidden = true
  static override needs = NO_NEEDS
  static override strict = false

  async run(): Promise<void> {
    const words = this.argv.slice(this.argv.indexOf('--') + 1)
    const {flags} = await this.parse(Complete, [])
    const names = availableNames(typed => {
      const given = {from: typed.get('from'), context: typed.get('context'), kubeconfig: typed.get('kubeconfig')}
      const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
      const files = typed.get('file')
      return openFor(
        {...flags, ...known, ...definedFields({file: files === undefined ? undefined : [files]})},
        this.config.root,
      )
    })
    const surface = readSurface(pathToFileURL(`${this.config.root}/`))
    const {candidates, files} = await completions(words, surface, names)
    // The last line is cobra's directive: 4 no file names, 0 file names too, so kubectl understands the same answer.
    await write(process.stdout, `${[...candidates.map(line), files ? ':0' : ':4'].join('\n')}\n`)
  }
}
