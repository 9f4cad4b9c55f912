import {readFileSync} from 'node:fs'
import {gunzipSync} from 'node:zlib'
import {explainLine} from '../../src/analysis/log-explanation/explain.js'
import {isObject} from '../../src/formats/decode.js'
import {parseLogLine} from '../../src/formats/log-line/parse.js'
import {recognisePasted} from '../../src/formats/pasted/recognise.js'
import {SPECIMENS} from '../fixtures/forms/specimens.js'
import type {Random} from '../support/seeded.js'

/** What a text firmly says: resources with all they hold, rows of tables, entries of pages; and whether it says that something is missing. */
export interface Said {
  readonly facts: readonly string[]
  readonly gap: boolean
}

function stable(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    isObject(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each,
  )
}

/** The facts of a text as the readers of pasted text see them. */
export function said(text: string): Said {
  const {dump, evidence, tables, dumpMissing} = recognisePasted('x', Buffer.from(text))
  const resources = dump.flatMap(({section, lists}) =>
    Object.values(lists).flatMap(entries => entries.map(entry => `${section} ${stable(entry)}`)),
  )
  const entries = (value: unknown): readonly unknown[] => {
    if (Array.isArray(value)) return value
    const lists = isObject(value) ? Object.values(value).filter(each => Array.isArray(each)) : []
    return lists.length === 0 ? [value] : lists.flat()
  }
  const health = (host: unknown) =>
    isObject(host)
      ? {address: host.address, ...(stable(host.health_status) === '{}' ? {} : {health: host.health_status})}
      : host
  const hosts = (value: unknown) =>
    isObject(value) && Array.isArray(value.host_statuses)
      ? value.host_statuses.map(host => `${String(value.name)} ${stable(health(host)).slice(0, -1)}`)
      : [stable(value)]
  const pages = evidence.flatMap(({evidence: id, value}) =>
    entries(value).flatMap(each => hosts(each).map(fact => `${id} ${fact}`)),
  )
  const rows = tables
    .filter(({kind}) => kind !== 'proxy-status')
    .flatMap(({kind, rows: of}) =>
      of.map(({cells}) => `${kind} ${Object.values(cells).join(' ').replace(/ +/g, ' ').trim()}`),
    )
  return {
    facts: [...resources, ...pages, ...rows],
    gap: dumpMissing.length > 0 || evidence.some(({missing}) => missing.length > 0),
  }
}

/** The verdicts on the lines of a log. */
export function verdicts(text: string): readonly string[] {
  return text.split('\n').flatMap(raw => {
    const line = parseLogLine(raw)
    const found = line === undefined ? undefined : explainLine(line)
    return found === undefined ? [] : [`${found.writer}: ${found.means}`]
  })
}

const FORMS = /^(dump|table-|clusters-page|listeners-page|syncz|server-info|certs)/

/** Recorded and specimen texts that the readers of pasted text read. */
export function corpus(): readonly string[] {
  return [
    ...SPECIMENS.filter(({form}) => FORMS.test(form) && form !== 'dump-routes').map(({text}) => text),
    ...recorded(),
  ]
}

function recorded(): readonly string[] {
  const path = new URL('../fixtures/forms/recorded.json.gz', `file://${process.cwd()}/test/oracle/`).pathname
  const texts: unknown = JSON.parse(gunzipSync(readFileSync(path)).toString('utf8'))
  return Array.isArray(texts) ? texts.map(String) : []
}

const PROSE = [
  '看一下这个输出：',
  'This is what I see:',
  '$ istioctl proxy-config x web-0.shop',
  '[root@m1 ~]# kubectl exec web-0 -c istio-proxy -- cat it',
  '```',
  '',
]

/** What happened to a text before it was pasted. `whole`: nothing of it is missing. */
export interface Mangled {
  readonly text: string
  readonly how: string
  readonly whole: boolean
}

/** Cuts, prefixes, wraps or reorders a text. */
export function mangle(text: string, random: Random): Mangled {
  const lines = text.split('\n')
  const prose = () => PROSE[random(PROSE.length)] ?? ''
  // Whether its last line is whole only JSON can tell; of YAML not even whether lines are missing behind the last.
  const json = /^\s*["[{]/.test(text)
  const yaml = !json && /^(- )?\w+:( |$)/m.test(text)
  const kind = random(7)
  switch (yaml && kind < 2 ? 2 : !json && kind === 0 ? 1 : kind) {
    case 0: {
      const end = 1 + random(text.length)
      return {text: text.slice(0, end), how: `cut after ${end}`, whole: end === text.length}
    }
    case 1: {
      const end = 1 + random(lines.length)
      return {text: lines.slice(0, end).join('\n'), how: `first ${end} lines`, whole: end === lines.length}
    }
    case 2: {
      const at = random(lines.length)
      return {
        text: [...lines.slice(0, at), '...', ...lines.slice(at + 1)].join('\n'),
        how: `line ${at} left out by hand`,
        whole: false,
      }
    }
    case 3:
      return {text: `${prose()}\n${text}\n${prose()}\n`, how: 'prose around', whole: true}
    case 4:
      return {text: `# T\n\n\`\`\`\n${text}\n\`\`\`\n`, how: 'Markdown', whole: true}
    case 5:
      return {
        text: lines.map(line => `[pod/web-0/istio-proxy] ${line}`).join('\n'),
        how: 'kubectl --prefix',
        whole: true,
      }
    default:
      return {text: text.replaceAll('\n', '\r\n'), how: 'CRLF', whole: true}
  }
}
