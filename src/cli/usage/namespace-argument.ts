import {UserError} from '../../model/user-error.js'
import {flagNamed, type Surface} from './surface.js'

const NAMESPACE = /^(?:ns|namespaces?)\/([a-z0-9][a-z0-9-]*)$/

/**
 * Rewrites `ns/NAME` where a pod may be named into `-n NAME`: a namespace is no pod, and every command has that flag.
 * Values of flags and words after `--` stay as they are; two namespaces are an error.
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
