import {readFileSync} from 'node:fs'
import {isObject, listOf, objectOf, textOf} from '../../formats/decode.js'
import {definedFields} from '../../model/collections/defined-fields.js'

/** Commands by their words, and each one's flags and arguments. */
export interface Surface {
  readonly commands: readonly SurfaceCommand[]
}

export interface SurfaceCommand {
  /** The words that name it, aliases included: `proxy-config cluster`, `pc c`. The first is its own. */
  readonly words: readonly (readonly string[])[]
  readonly flags: readonly SurfaceFlag[]
  readonly args: readonly string[]
  /** The forms that its -o takes. */
  readonly forms: readonly string[]
  readonly summary: string
  readonly hidden: boolean
}

export interface SurfaceFlag {
  readonly name: string
  readonly char?: string
  readonly takesValue: boolean
  readonly options?: readonly string[]
  readonly summary: string
}

function surfaceFlag(flag: object): SurfaceFlag {
  const char = textOf(flag, 'char')
  const options = listOf(flag, 'options').map(String)
  return {
    name: textOf(flag, 'name') ?? '',
    takesValue: textOf(flag, 'type') === 'option',
    summary: textOf(flag, 'summary') ?? textOf(flag, 'description') ?? '',
    ...definedFields({char, options: options.length === 0 ? undefined : options}),
  }
}

function surfaceCommand(id: string, command: object): SurfaceCommand {
  const other = [...listOf(command, 'aliases'), ...listOf(command, 'hiddenAliases')].map(String)
  return {
    words: [id, ...other].map(each => each.split(':')),
    args: Object.keys(objectOf(command, 'args') ?? {}),
    flags: Object.values(objectOf(command, 'flags') ?? {})
      .filter(isObject)
      .filter(flag => flag.hidden !== true)
      .map(surfaceFlag),
    forms: listOf(command, 'forms').map(String),
    summary: textOf(command, 'summary') ?? '',
    hidden: (command as {hidden?: unknown}).hidden === true,
  }
}

/** The commands that oclif's manifest in the folder `root` lists; aliases stand with their command, not on their own. */
export function readSurface(root: URL): Surface {
  const manifest: unknown = JSON.parse(readFileSync(new URL('oclif.manifest.json', root), 'utf8'))
  const commands = Object.entries(objectOf(manifest, 'commands') ?? {}).flatMap(([id, command]) =>
    isObject(command) ? [surfaceCommand(id, command)] : [],
  )
  return {commands}
}

/** The command whose words the line begins with, the longest fit first, and how many words name it. */
export function commandNamed(
  words: readonly string[],
  {commands}: Surface,
): {readonly command: SurfaceCommand; readonly used: number} | undefined {
  const fits = (named: readonly string[]) => named.every((word, index) => words[index] === word)
  const found = commands.flatMap(command => command.words.filter(fits).map(named => ({command, used: named.length})))
  return found.sort((a, b) => b.used - a.used)[0]
}

/** The flag a word names, by its name or its letter. */
export function flagNamed(word: string, flags: readonly SurfaceFlag[]): SurfaceFlag | undefined {
  return flags.find(flag => word === `--${flag.name}` || (flag.char !== undefined && word === `-${flag.char}`))
}
