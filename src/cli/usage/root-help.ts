import {own} from '../../model/collections/own.js'
import type {Block, Doc} from '../../terminal/doc.js'
import type {Surface} from './surface.js'

/** The commands and topics of the root help, in groups; what is in none is listed last. */
const GROUPS: readonly (readonly [string, readonly string[]])[] = [
  ['Start here', ['tour', 'check', 'describe', 'errors', 'runbook', 'explain', 'read']],
  ['Requests and policies', ['trace', 'probe', 'verify', 'what-if', 'egress', 'mtls', 'authz', 'certs']],
  ['Pods and their kernel rules', ['check-inject', 'iptables', 'packet', 'ports', 'net']],
  [
    'Proxies and control plane',
    [
      'proxy-status',
      'proxy-config',
      'ztunnel-config',
      'waypoint',
      'diff',
      'stats',
      'monitor',
      'server-info',
      'version',
      'dashboard',
    ],
  ],
  ['Configuration', ['analyze', 'precheck', 'ambient-readiness', 'rules']],
  ['Captures and reports', ['capture', 'snapshot', 'serve', 'report', 'ui', 'merge', 'mcp']],
  ['This program', ['can-i', 'completion']],
]

/** Short names that people type. */
const SHORT: Readonly<Record<string, string>> = {
  'proxy-status': 'ps',
  'proxy-config': 'pc',
  'ztunnel-config': 'zc',
}

const FLAGS: readonly (readonly [string, string])[] = [
  ['--from SOURCE', 'a bundle, a file, - for standard input, snapshot:NAME, or sample; the cluster otherwise'],
  ['-n NAME, -A', 'one namespace, or all of them'],
  ['--context NAME', 'another context of your kubeconfig'],
  ['-o FORM', 'json, yaml, wide, name, csv, markdown, jsonpath=..., and more by command'],
  ['-q, -v', 'no notes; or every call to the cluster'],
]

const EXIT_CODES = '0 nothing wrong, 1 findings, 2 no answer, 3 nothing found but something could not be read'

/** What the root help says of a command or topic. */
interface Entry {
  readonly name: string
  readonly summary: string
}

/** The first words of visible commands, each with its summary; a topic has its own. */
function entries({commands}: Surface, topics: ReadonlyMap<string, string>): readonly Entry[] {
  const found = new Map<string, string>()
  for (const {words, summary, hidden} of commands) {
    const [name = '', ...more] = words[0] ?? []
    if (!hidden && !found.has(name)) found.set(name, more.length === 0 ? summary : (topics.get(name) ?? summary))
  }
  return [...found].map(([name, summary]) => ({name, summary})).sort((a, b) => (a.name < b.name ? -1 : 1))
}

function shownName(name: string): string {
  const short = own(SHORT, name)
  return short === undefined ? name : `${name}, ${short}`
}

function list(rows: readonly (readonly [string, string])[], width: number): Block {
  const lines = rows.map(([name, text]) => ({
    prose: text,
    tone: undefined,
    first: `  ${name.padEnd(width)}  `,
    hang: ' '.repeat(width + 4),
  }))
  return {block: 'text', lines}
}

function group(title: string, all: readonly Entry[], width: number): Doc {
  if (all.length === 0) return []
  return [
    {block: 'text', lines: ['']},
    {block: 'heading', text: title},
    list(
      all.map(({name, summary}) => [shownName(name), summary]),
      width,
    ),
  ]
}

/** The help of the program: commands by what they are for, common flags, exit codes, and where more is. */
export function rootHelp(
  surface: Surface,
  topics: ReadonlyMap<string, string>,
  program: {readonly bin: string; readonly docs: string},
): Doc {
  const all = entries(surface, topics)
  const width = Math.max(...all.map(({name}) => shownName(name).length), ...FLAGS.map(([flag]) => flag.length))
  const grouped = new Set(GROUPS.flatMap(([, names]) => names))
  const rest = all.filter(({name}) => !grouped.has(name))
  const named = (names: readonly string[]) => names.flatMap(name => all.filter(each => each.name === name))
  const {bin, docs} = program
  return [
    {block: 'text', lines: ['Find out why an Istio/Envoy service mesh misbehaves, live or offline.', '']},
    {block: 'text', lines: [`Usage: ${bin} COMMAND [POD | deploy/NAME | ns/NAME] [flags]`]},
    ...GROUPS.flatMap(([title, names]) => group(title, named(names), width)),
    ...group('More', rest, width),
    {block: 'text', lines: ['']},
    {block: 'heading', text: 'Flags of every command'},
    list(FLAGS, width),
    {block: 'text', lines: ['']},
    {block: 'heading', text: 'Learn more'},
    list(
      [
        [`${bin} COMMAND --help`, 'flags, values and examples of a command'],
        [`${bin} tour`, 'a broken mesh in five steps, without a cluster'],
        ['Exit codes', EXIT_CODES],
        ['Documentation', docs],
      ],
      Math.max(width, `${bin} COMMAND --help`.length),
    ),
  ]
}
