import {pathToFileURL} from 'node:url'
import {NO_NEEDS} from '../src/cli/command-needs.js'

<<<<<<< HEAD

import {type Candidate, completions} from '../src/cli/completion.js'
import {namesAtHand} from '../src/cli/completion-names.js'

=======

import {type CompletionSurface, completions} from '../src/cli/completion.js'
import {sourceNames} from '../src/cli/completion-names.js'

>>>>>>> main

import {MeshCommand} from '../src/cli/mesh-command.js'
import {openFor} from '../src/cli/open-for.js'
import {write} from '../src/cli/streams.js'
import {readSurface} from '../src/cli/usage/surface.js'
import {escapeText} from '../src/terminal/escape.js'

<<<<<<< HEAD
/** A candidate as cobra prints it: the word, a tab, what it means. */
function line({word, meaning}: Candidate): string {
  return meaning === undefined ? escapeText(word) : `${escapeText(word)}\t${escapeText(meaning)}`
=======
function surfaceOf(commands: readonly Command.Loadable[]): CompletionSurface {
  const shown = commands.filter(command => !command.hidden)
  return {
    commands: shown.map(command => ({
      words: [command.id, ...command.aliases, ...command.hiddenAliases].map(id => id.split(':')),
      args: Object.keys(command.args ?? {}),
      flags: Object.values(command.flags ?? {})
        .filter(flag => flag.hidden !== true)
        .map(flag => ({
          name: flag.name,
          takesValue: flag.type === 'option',
          char: flag.char,
          ...(flag.type === 'option' && flag.options !== undefined ? {options: flag.options} : {}),
        })),
    })),
  }
>>>>>>> main
}

export default class Complete extends MeshCommand {
  static override summary = 'Complete a word for a shell (used by the completion scripts)'
  static override hidden = true
  static override needs = NO_NEEDS
  static override strict = false

  async run(): Promise<void> {
    const words = this.argv.slice(this.argv.indexOf('--') + 1)
    const {flags} = await this.parse(Complete, [])
    const names = namesAtHand(typed => {
      const given = {from: typed.get('from'), context: typed.get('context'), kubeconfig: typed.get('kubeconfig')}
      const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
      const files = typed.get('file')
      return openFor({...flags, ...known, ...(files === undefined ? {} : {file: [files]})}, this.config.root)
    })
    const surface = readSurface(pathToFileURL(`${this.config.root}/`))
    const {candidates, files} = await completions(words, surface, names)
    // The last line is cobra's directive: 4 no file names, 0 file names too, so kubectl understands the same answer.
    await write(process.stdout, `${[...candidates.map(line), files ? ':0' : ':4'].join('\n')}\n`)
  }
}
