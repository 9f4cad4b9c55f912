import {placeholderPerSecret, type Redaction} from '../../formats/redact/placeholder.js'
import type {Sink} from '../../sources/bundle/sink.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'
import type {CapturePlan} from './plan.js'
import {type CaptureOptions, captureReport} from './report.js'

/** A secret that a capture would hide: where it is, what it was recognised by, and its placeholder; never the secret. */
export interface HiddenSecret {
  /** The object or evidence, as `Pod demo/web` or `log of the sidecar of web.demo`. */
  readonly where: string
  /** The field of an object or document; the line of a text. */
  readonly place: string
  /** The name it stands under, or the shape it was recognised by. */
  readonly what: string
  /** Equal for equal secrets. */
  readonly placeholder: string
  /** How often it is at this place. */
  readonly count: number
}

export interface SecretsReport extends Report {
  readonly pods: number
  readonly secrets: readonly HiddenSecret[]
}

/** Lines are counted in texts up to this size, and for this many secrets of each. */
const MAX_TEXT = 64 * 1024 * 1024
const MAX_LINES = 200

function joined(steps: readonly string[]): string {
  return steps
    .filter(step => step !== '')
    .reduce((path, step) => path + (path === '' || step.startsWith('[') ? '' : '.') + step, '')
}

interface Within {
  readonly text: string
  asked: number
}

/** The line of a secret in a text, counted from one; empty when it is not there as it stands. */
function lineOf(within: Within, secret: string): string {
  within.asked += 1
  const at = within.asked > MAX_LINES || within.text.length > MAX_TEXT ? -1 : within.text.indexOf(secret)
  if (at < 0) return ''
  let line = 1
  for (let end = within.text.indexOf('\n'); end >= 0 && end < at; end = within.text.indexOf('\n', end + 1)) line += 1
  return `line ${line}`
}

/** A redaction that notes what it hides, with placeholders of a key. */
function noting(key: Uint8Array, note: (hidden: Omit<HiddenSecret, 'count'>) => void): Redaction {
  const {put} = placeholderPerSecret(key)
  const within = (steps: readonly string[], text: Within | undefined): Redaction => ({
    at: (step, inner) => within([...steps, step], inner === undefined ? text : {text: inner, asked: 0}),
    put: (secret, what) => {
      const [where = '', ...path] = steps
      const place = [joined(path), text === undefined ? '' : lineOf(text, secret)]
        .filter(part => part !== '')
        .join(', ')
      const placeholder = put(secret, what)
      note({where, place, what, placeholder})
      return placeholder
    },
  })
  return within([], undefined)
}

const NO_SINK: Sink = {
  add: async bytes => ({sha256: '', bytes: bytes.length}),
  finish: async () => 0,
  abort: async () => undefined,
}

/** What a capture of this plan would hide, and where; nothing is written. */
export async function secretsReport(
  source: Source,
  plan: CapturePlan,
  options: Omit<CaptureOptions, 'path' | 'redact' | 'redaction'> & {readonly key: Uint8Array},
): Promise<SecretsReport> {
  const found = new Map<string, HiddenSecret>()
  const redaction = noting(options.key, hidden => {
    const id = JSON.stringify(hidden)
    found.set(id, {...hidden, count: (found.get(id)?.count ?? 0) + 1})
  })
  const {origin, provenance, gaps, pods} = await captureReport(source, NO_SINK, plan, {
    ...options,
    path: '',
    redact: true,
    redaction,
  })
  const secrets = [...found.values()].sort((a, b) => compared(a.where, b.where) || compared(a.place, b.place))
  return {origin, provenance, gaps, notes: [], pods, secrets}
}

function compared(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
