import type {Command} from '@oclif/core'
import {NO_NEEDS} from '../src/cli/command-needs.js'
import {type CompletionSurface, completions} from '../src/cli/completion.js'
import {sourceNames} from '../src/cli/completion-names.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {openFor} from '../src/cli/open-for.js'

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
}

export default class Complete extends MeshCommand {
  static override summary = 'Complete a word for a shell (used by the completion scripts)'
  static override hidden = true
  static override needs = NO_NEEDS
  static override strict = false

  async run(): Promise<void> {
    const words = this.argv.slice(this.argv.indexOf('--') + 1)
    const {flags} = await this.parse(Complete, [])
    const names = sourceNames(from => openFor({...flags, from: from ?? flags.from}, this.config.root))
    const {candidates, files} = await completions(words, surfaceOf(this.config.commands), names)
    // The last line is cobra's directive: 4 no file names, 0 file names too, so kubectl understands the same answer.
    this.log([...candidates, files ? ':0' : ':4'].join('\n'))
  }
}
