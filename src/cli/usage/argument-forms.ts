import {UserError} from '../../model/evidence/user-error.js'
import {flagNamed, type Surface} from './surface.js'

/** Flags that oclif itself answers wherever they stand. */
const ANSWERED_FIRST = ['--help', '-h', '--version', '-V']

/**
 * A command line whose flags precede the command (`-n demo check`), with these flags behind it, as kubectl and istioctl accept them; one that
 * begins with a word stays unchanged.
 */
export function withLeadingFlagsBehind(argv: readonly string[], surface: Surface): readonly string[] {
  const flags = surface.commands.flatMap(command => command.flags)
  let at = 0
  while (at < argv.length) {
    const word = argv[at] ?? ''
    if (!word.startsWith('-') || word === '-' || word === '--' || ANSWERED_FIRST.includes(word)) break
    const takesNext = !word.includes('=') && flagNamed(word, flags)?.takesValue === true
    at += takesNext ? 2 : 1
  }
  const rest = argv.slice(at)
  if (at === 0 || rest.length === 0) return argv
  const end = rest.indexOf('--')
  const line = end < 0 ? rest : rest.slice(0, end)
  return [...line, ...argv.slice(0, at), ...(end < 0 ? [] : rest.slice(end))]
}

const NAMESPACE = /^(?:ns|namespaces?)\/([a-z0-9][a-z0-9-]*)$/

/**
 * Rewrites `ns/NAME` where a pod may be named into `-n NAME`: a namespace is not a pod, and every command has that flag.
 * Values of flags and words after `--` stay unchanged; two namespaces are an error.
 */
export function namespaceArgument(argv: readonly string[], {commands}: Surface): readonly string[] {
  const flags = commands.flatMap(command => command.flags)
  const end = argv.indexOf('--')
  const isArgument = (at: number) => (end < 0 || at < end) && flagNamed(argv[at - 1] ?? '', flags)?.takesValue !== true
  const named = argv.flatMap((word, at) => {
    const [, name] = NAMESPACE.exec(word) ?? []
    return name !== undefined && isArgument(at) ? [{at, word, name}] : []
  })
  const [first] = named
  if (first === undefined) return argv
  if (named.some(({name}) => name !== first.name)) {
    throw new UserError(`only one namespace can be named, not ${named.map(({word}) => word).join(' and ')}`, {
      hint: 'Use -A for all namespaces.',
    })
  }
  const places = new Set(named.map(({at}) => at))
  return argv.flatMap((word, at) => (at === first.at ? ['-n', first.name] : places.has(at) ? [] : [word]))
}
