import {existsSync} from 'node:fs'
import {shellWord} from '../../model/text/shell-word.js'

/** Commands of two words; in all others the pod or file follows the first word. */
const TOPICS: ReadonlySet<string> = new Set(['proxy-config', 'pc', 'describe', 'snapshot'])
/** Commands that ask no source, so that `--from` and `-n` do not belong behind them. */
const WITHOUT_SOURCE = /^meshctl (?:explain|read|rules|completion|snapshot|serve)\b/

interface OwnWords {
  /** What was named directly behind the command. */
  readonly name?: string
  readonly file?: string
  readonly from?: string
  readonly namespace?: string
}

function flagValue(argv: readonly string[], ...names: readonly string[]): string | undefined {
  for (const [index, word] of argv.entries()) {
    if (names.includes(word)) return argv[index + 1]
    const long = names.find(name => name.startsWith('--') && word.startsWith(`${name}=`))
    if (long !== undefined) return word.slice(long.length + 1)
  }
  return undefined
}

function ownWords(argv: readonly string[]): OwnWords {
  const name = argv[TOPICS.has(argv[0] ?? '') ? 2 : 1]
  return {
    name: name === undefined || name.startsWith('-') ? undefined : name,
    file: flagValue(argv, '-f', '--file'),
    from: flagValue(argv, '--from'),
    namespace: flagValue(argv, '-n', '--namespace'),
  }
}

/**
 * A command to run next with what the user already typed: `POD` and `FILE` become the pod and the file of their own command line, and the source
 * and namespace they named are kept. What is not a command of meshctl, and what names its own source, stays unchanged.
 */
export function inOwnWords(next: string, argv: readonly string[]): string {
  const [command = '', ...comment] = next.split(/(?<!\s)(?=\s+# )/)
  if (!command.startsWith('meshctl ') || command.includes(', ') || / (?:--from|SOURCE)\b/.test(command)) return next
  const {name, file, from, namespace} = ownWords(argv)
  const asked = command.startsWith('meshctl read ') ? (file ?? name) : file
  const named = command
    .replace(/\bPOD\b/, word => (name === undefined ? word : shellWord(name)))
    .replace(/\bFILE\b/, word => (asked === undefined ? word : shellWord(asked)))
  if (WITHOUT_SOURCE.test(command) || / -f /.test(named)) return [named, ...comment].join('')
  const kept = [
    namespace !== undefined && / \S*\.\S* | -n | -A/.test(`${named} `) === false ? ` -n ${shellWord(namespace)}` : '',
    from === undefined ? '' : ` --from ${shellWord(from)}`,
  ]
  return [named, ...kept, ...comment].join('')
}

/** The user's own command line with one word corrected; undefined when no word of it is the wrong one. */
export function corrected(argv: readonly string[], typed: string, instead: string): string | undefined {
  const at = argv.findIndex(word => {
    const name = word.slice(word.indexOf('/') + 1)
    return name === typed || name.startsWith(`${typed}.`)
  })
  if (at < 0) return undefined
  return ['meshctl', ...argv.map((word, index) => shellWord(index === at ? instead : word))].join(' ')
}

/**
 * The user's own command line with what it lacks; a word of it that is the name of a file, or `-`, is one to be given with -f instead. Undefined when it
 * lacks nothing.
 */
export function completed(argv: readonly string[], lacking: string | undefined): string | undefined {
  if (lacking === undefined || argv.length === 0) return undefined
  const file = argv.slice(1).findIndex((word, at) => isInput(word) && !isFlag(argv[at] ?? '')) + 1
  const words = argv.map((word, at) => (file > 0 && at === file ? `-f ${shellWord(word)}` : shellWord(word)))
  return ['meshctl', ...words, ...(file > 0 ? [] : [lacking])].join(' ')
}

/** Standard input, or the name of a file that exists. */
function isInput(word: string): boolean {
  return word === '-' || (/\.[a-z]+$/.test(word) && existsSync(word))
}

function isFlag(word: string): boolean {
  return word.startsWith('-')
}
