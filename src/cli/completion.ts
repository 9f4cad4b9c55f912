import {STANDARD_FORMS} from '../reports/view.js'
import {SOURCE_SPECS} from '../sources/specs.js'

/** What can be completed: commands by name, and the flags of each. */
export interface CompletionSurface {
  readonly commands: readonly CompletionCommand[]
}

export interface CompletionCommand {
  /** Its names, aliases included: `proxy-config cluster`, `pc c`. */
  readonly words: readonly (readonly string[])[]
  readonly flags: readonly CompletionFlag[]
  readonly args: readonly string[]
}

export interface CompletionFlag {
  readonly name: string
  readonly char?: string
  readonly takesValue: boolean
  readonly options?: readonly string[]
}

/** Names from the selected source; `from` and `namespace` as typed so far. */
export interface NameSource {
  pods(typed: TypedFlags): Promise<readonly string[]>
  namespaces(typed: TypedFlags): Promise<readonly string[]>
}

export type TypedFlags = ReadonlyMap<string, string>

/** What to offer for the last word, and whether file names fit there too. */
export interface Completions {
  readonly candidates: readonly string[]
  readonly files: boolean
}

const FILE_FLAGS = ['file', 'kubeconfig', 'to', 'baseline', 'against']
const POD_ARGS = ['pod', 'pods', 'target', 'other', 'a', 'b']
const SHELLS = ['bash', 'zsh', 'fish']

interface Typed {
  readonly command: CompletionCommand | undefined
  readonly positionals: readonly string[]
  readonly flags: TypedFlags
  /** The flag the last word is the value of. */
  readonly pending: CompletionFlag | undefined
}

function flagNamed(word: string, flags: readonly CompletionFlag[]): CompletionFlag | undefined {
  return flags.find(flag => word === `--${flag.name}` || (flag.char !== undefined && word === `-${flag.char}`))
}

function commandOf(
  positionals: readonly string[],
  surface: CompletionSurface,
): {command: CompletionCommand; used: number} | undefined {
  const fits = (words: readonly string[]) => words.every((word, index) => positionals[index] === word)
  const found = surface.commands
    .flatMap(command => command.words.filter(fits).map(words => ({command, used: words.length})))
    .sort((a, b) => b.used - a.used)
  return found[0]
}

function typedSoFar(before: readonly string[], surface: CompletionSurface): Typed {
  const every = surface.commands.flatMap(command => command.flags)
  const positionals: string[] = []
  const flags = new Map<string, string>()
  let pending: CompletionFlag | undefined
  for (const word of before) {
    if (pending !== undefined) {
      flags.set(pending.name, word)
      pending = undefined
      continue
    }
    if (!word.startsWith('-')) {
      positionals.push(word)
      continue
    }
    const [name = '', value] = word.split('=', 2)
    const flag = flagNamed(name, commandOf(positionals, surface)?.command.flags ?? every)
    if (flag?.takesValue !== true) continue
    if (value === undefined) pending = flag
    else flags.set(flag.name, value)
  }
  const found = commandOf(positionals, surface)
  return {command: found?.command, positionals: positionals.slice(found?.used ?? 0), flags, pending}
}

async function valuesOf(flag: CompletionFlag, typed: TypedFlags, names: NameSource): Promise<Completions> {
  if (flag.options !== undefined) return {candidates: flag.options, files: false}
  if (flag.name === 'output') return {candidates: STANDARD_FORMS, files: false}
  if (flag.name === 'from')
    return {candidates: SOURCE_SPECS.map(({word}) => word).filter(word => word !== '-'), files: true}
  if (flag.name === 'namespace' || flag.name === 'istioNamespace')
    return {candidates: await names.namespaces(typed), files: false}
  return {candidates: [], files: FILE_FLAGS.includes(flag.name)}
}

function commandWords(positionals: readonly string[], surface: CompletionSurface): readonly string[] {
  const next = surface.commands
    .flatMap(command => command.words)
    .filter(words => words.length > positionals.length && positionals.every((word, index) => words[index] === word))
    .map(words => words[positionals.length] ?? '')
  return [...new Set(next)]
}

/** Completions for the last of the words typed after the program's name; never fails, at worst returns none. */
export async function completions(
  words: readonly string[],
  surface: CompletionSurface,
  names: NameSource,
): Promise<Completions> {
  const current = words.at(-1) ?? ''
  const typed = typedSoFar(words.slice(0, -1), surface)
  const starting = ({candidates, files}: Completions): Completions => ({
    candidates: [...candidates].filter(each => each.startsWith(current)).sort(),
    files,
  })
  if (typed.pending !== undefined) return starting(await valuesOf(typed.pending, typed.flags, names))
  if (current.startsWith('-')) {
    const flags = typed.command?.flags ?? []
    return starting({candidates: flags.map(flag => `--${flag.name}`), files: false})
  }
  const path = words.slice(0, -1).filter(word => !word.startsWith('-'))
  const deeper = typed.positionals.length === 0 || typed.command === undefined ? commandWords(path, surface) : []
  const arg = typed.command?.args[Math.min(typed.positionals.length, typed.command.args.length - 1)]
  if (arg === 'shell') return starting({candidates: SHELLS, files: false})
  const pods = arg !== undefined && POD_ARGS.includes(arg) ? await names.pods(typed.flags) : []
  return starting({candidates: [...deeper, ...pods], files: false})
}
