import {own} from '../../model/collections/own.js'
import {SOURCE_SPECS} from '../../sources/specs.js'
import {commandNamed, flagNamed, type Surface, type SurfaceCommand, type SurfaceFlag} from '../usage/surface.js'

/** What can be asked of the current source, of the store of snapshots and of meshctl's own tables. */
export type NameKind = 'pods' | 'services' | 'namespaces' | 'contexts' | 'snapshots' | 'rules' | 'words'

/** A word to offer, with what it means where that is known. */
export interface Candidate {
  readonly word: string
  readonly meaning?: string
}

/** Names of a kind; `typed` are the flags typed so far. Never fails: at worst there are none. */
export type Names = (kind: NameKind, typed: TypedFlags) => Promise<readonly Candidate[]>

export type TypedFlags = ReadonlyMap<string, string>

/** What to offer for the last word, and whether file names fit there too. */
export interface Completions {
  readonly candidates: readonly Candidate[]
  readonly files: boolean
}

const SHELLS = ['bash', 'zsh', 'fish', 'powershell']

/** What the value of a flag is a name of. */
const FLAG_NAMES: Readonly<Record<string, NameKind>> = {
  namespace: 'namespaces',
  istioNamespace: 'namespaces',
  context: 'contexts',
  only: 'rules',
  skip: 'rules',
}
const FILE_FLAGS: ReadonlySet<string> = new Set(['file', 'kubeconfig', 'to', 'baseline', 'against', 'config'])
/** What an argument of a command is a name of; `COMMAND ARG` for one command, else the argument of any. */
const ARGUMENT_NAMES: Readonly<Record<string, NameKind>> = {
  pod: 'pods',
  pods: 'pods',
  target: 'pods',
  other: 'pods',
  first: 'pods',
  second: 'pods',
  to: 'pods',
  'describe service': 'services',
  'explain word': 'words',
  'snapshot show': 'snapshots',
  'snapshot rm': 'snapshots',
  'snapshot diff': 'snapshots',
}
/** What the arguments of commands that take any number of them are names of. */
const ANY_ARGUMENTS: Readonly<Record<string, NameKind>> = {
  check: 'pods',
  capture: 'pods',
  diff: 'pods',
  explain: 'words',
  'snapshot create': 'pods',
  'snapshot bisect': 'snapshots',
  'snapshot diff': 'snapshots',
}

interface Typed {
  readonly command: SurfaceCommand | undefined
  readonly positionals: readonly string[]
  readonly flags: TypedFlags
  /** The flag the last word is the value of. */
  readonly pending: SurfaceFlag | undefined
}

function typedSoFar(before: readonly string[], surface: Surface): Typed {
  const every = surface.commands.flatMap(command => command.flags)
  const positionals: string[] = []
  const flags = new Map<string, string>()
  let pending: SurfaceFlag | undefined
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
    const flag = flagNamed(name, commandNamed(positionals, surface)?.command.flags ?? every)
    if (flag?.takesValue !== true) continue
    if (value === undefined) pending = flag
    else flags.set(flag.name, value)
  }
  const found = commandNamed(positionals, surface)
  return {command: found?.command, positionals: positionals.slice(found?.used ?? 0), flags, pending}
}

function plain(words: readonly string[]): readonly Candidate[] {
  return words.map(word => ({word}))
}

async function valuesOf(flag: SurfaceFlag, {command, flags}: Typed, names: Names): Promise<Completions> {
  if (flag.options !== undefined) return {candidates: plain(flag.options), files: false}
  if (flag.name === 'output')
    return {
      candidates: plain((command?.forms ?? []).map(form => (form.startsWith('jsonpath') ? `${form}=` : form))),
      files: false,
    }
  if (flag.name === 'from') {
    const specs = SOURCE_SPECS.filter(({word}) => word !== '-')
    return {candidates: specs.map(({word, meaning}) => ({word, meaning})), files: true}
  }
  const kind = own(FLAG_NAMES, flag.name)
  if (kind !== undefined) return {candidates: await names(kind, flags), files: false}
  return {candidates: [], files: FILE_FLAGS.has(flag.name)}
}

/** The next words of commands, each with what the command it leads to is for; short aliases only when they were begun. */
function commandWords(positionals: readonly string[], {commands}: Surface, current: string): readonly Candidate[] {
  const found = new Map<string, string | undefined>()
  for (const command of commands.filter(({hidden}) => !hidden)) {
    for (const words of command.words) {
      if (words.length <= positionals.length || !positionals.every((word, at) => words[at] === word)) continue
      const word = words[positionals.length] ?? ''
      const alias = word.length <= 3 && words !== command.words[0]
      if (alias && current === '') continue
      found.set(word, words.length === positionals.length + 1 ? command.summary : found.get(word))
    }
  }
  return [...found].map(([word, meaning]) => (meaning === undefined ? {word} : {word, meaning}))
}

/** What the argument that comes next is a name of. */
function argumentKind({command, positionals}: Typed): NameKind | undefined {
  const id = command?.words[0]?.join(' ') ?? ''
  const args = command?.args ?? []
  if (args.length === 0) return own(ANY_ARGUMENTS, id)
  const arg = args[Math.min(positionals.length, args.length - 1)] ?? ''
  return own(ARGUMENT_NAMES, id) ?? own(ANY_ARGUMENTS, id) ?? own(ARGUMENT_NAMES, arg)
}

/** The candidates that begin with the word typed, sorted; `--flag=val` is completed as the value of the flag. */
function starting({candidates, files}: Completions, current: string, before = ''): Completions {
  const fits = candidates.filter(({word}) => word.startsWith(current))
  return {
    candidates: fits.map(each => ({...each, word: before + each.word})).sort((a, b) => (a.word < b.word ? -1 : 1)),
    files,
  }
}

/** What fits as the last of the words typed after the program's name; never fails, at worst offers nothing. */
export async function completions(words: readonly string[], surface: Surface, names: Names): Promise<Completions> {
  const current = words.at(-1) ?? ''
  const typed = typedSoFar(words.slice(0, -1), surface)
  if (typed.pending !== undefined) return starting(await valuesOf(typed.pending, typed, names), current)
  if (current.startsWith('-')) {
    const flags = typed.command?.flags ?? []
    const equals = current.indexOf('=')
    const assigned = equals < 0 ? undefined : flagNamed(current.slice(0, equals), flags)
    if (assigned !== undefined)
      return starting(await valuesOf(assigned, typed, names), current.slice(equals + 1), current.slice(0, equals + 1))
    const candidates = flags.map(({name, summary}) => ({word: `--${name}`, meaning: summary}))
    return starting({candidates, files: false}, current)
  }
  const path = words.slice(0, -1).filter(word => !word.startsWith('-'))
  const deeper =
    typed.positionals.length === 0 || typed.command === undefined ? commandWords(path, surface, current) : []
  if (typed.command?.words[0]?.[0] === 'completion') return starting({candidates: plain(SHELLS), files: false}, current)
  const kind = argumentKind(typed)
  const found = kind === undefined ? [] : await names(kind, typed.flags)
  return starting({candidates: [...deeper, ...found], files: typed.command?.words[0]?.[0] === 'read'}, current)
}
