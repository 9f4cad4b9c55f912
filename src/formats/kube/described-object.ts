import type {
  DescribedCondition,
  DescribedEvent,
  DescribedKind,
  DescribedObject,
} from '../../model/kube/described-object.js'

/** Fields at the left margin that only the description of that kind has together (kubectl, pkg/describe/describe.go). */
const KINDS: readonly (readonly [kind: DescribedKind, fields: readonly string[]])[] = [
  ['Service', ['Name', 'Namespace', 'Type', 'Selector', 'TargetPort']],
  ['Service', ['Name', 'Namespace', 'Type', 'Selector', 'Session Affinity']],
  ['HorizontalPodAutoscaler', ['Name', 'Namespace', 'Reference', 'Metrics', 'Max replicas']],
  ['Job', ['Name', 'Namespace', 'Parallelism', 'Completions', 'Pod Template']],
  ['Workload', ['Name', 'Namespace', 'Selector', 'Pod Template']],
]

const FIELD = /^([A-Z][A-Za-z -]{1,40}):(?:\s(.*))?$/
const LEFT_OF_EVENT = /^\s+(Normal|Warning)\s+(\S+)\s+(?:<\w+>|\d\S*)(?: \(x\d+ over \S+\))?\s+(.*)$/

/** The mark of a quotation in a chat or mail, or of the byte order. */
const QUOTED = /^(?:\ufeff|> ?)/

function cells(line: string): readonly string[] {
  return line.trim().split(/\s{2,}|\t+/)
}

function conditionOf(line: string): DescribedCondition | undefined {
  const [type = '', status = '', reason = '', ...message] = cells(line)
  return /^(True|False|Unknown)$/.test(status) ? {type, status, reason, message: message.join('  ')} : undefined
}

/** The writer (`kubelet, node-1`; `replicaset-controller`) ends at two spaces, or at the first where the columns were squeezed. */
function eventOf(line: string): DescribedEvent | undefined {
  const [, type, reason, rest] = LEFT_OF_EVENT.exec(line) ?? []
  if (reason === undefined || rest === undefined) return undefined
  const wide = /^(?:\S+(?:, \S+)?)\s{2,}(.*)$/.exec(rest)?.[1]
  return {warning: type === 'Warning', reason, message: (wide ?? rest.replace(/^\S+\s*/, '')).trim()}
}

/** The kind of object whose description a text is; undefined for anything else. Pods have a form of their own. */
export function describedKind(text: string): DescribedKind | undefined {
  const fields = new Set([...text.matchAll(/^(?:\ufeff|> ?)?([A-Z][A-Za-z -]{1,40}):/gm)].map(([, name]) => name ?? ''))
  return KINDS.find(([, names]) => names.every(name => fields.has(name)))?.[0]
}

/** Reads what `kubectl describe` printed of a Service, a workload, a Job or an autoscaler; undefined for anything else. Never fails. */
export function describedObject(text: string): DescribedObject | undefined {
  const kind = describedKind(text)
  if (kind === undefined) return undefined
  const fields = new Map<string, string>()
  const conditions: DescribedCondition[] = []
  const events: DescribedEvent[] = []
  let within = ''
  // Prefixes of logs are not looked for: the type and reason of an event look like one.
  for (const written of text.split(/\r?\n/)) {
    const line = written.replace(QUOTED, '')
    const [, key, value = ''] = FIELD.exec(line) ?? []
    if (key !== undefined) {
      within = key
      fields.set(key, value.trim())
      continue
    }
    if (within === 'Conditions') conditions.push(...[conditionOf(line)].filter(each => each !== undefined))
    if (within === 'Events') events.push(...[eventOf(line)].filter(each => each !== undefined))
  }
  return {
    kind,
    name: fields.get('Name') ?? '',
    namespace: fields.get('Namespace') ?? '',
    fields,
    conditions,
    events,
  }
}
