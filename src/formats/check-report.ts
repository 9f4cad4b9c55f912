import {definedFields} from '../model/collections/defined-fields.js'
import {type Gap, isGapReason} from '../model/evidence/answer.js'
import type {EvidenceUse} from '../model/evidence/provenance.js'
import {type Finding, type NotChecked, type PatchStep, SEVERITIES, type Severity} from '../model/finding.js'
import type {ObjectRef} from '../model/kube/pod.js'
import {flagOf, isObject, listOf, numberOf, objectOf, textOf, textsOf} from './decode.js'

/** A report of `check -o json` (docs/schemas/check.schema.json) as it was written. */
export interface WrittenCheckReport {
  readonly origin: {readonly kind: string; readonly label: string; readonly capturedAt?: string}
  readonly live: boolean
  readonly complete: boolean
  readonly evidence: readonly EvidenceUse[]
  readonly failOn: Severity
  /** `I/N` when it is about a part of the workloads. */
  readonly shard?: string
  /** False when pods were not visited. */
  readonly visited: boolean
  readonly damaged: readonly Gap[]
  readonly skipped: readonly Gap[]
  readonly findings: readonly Finding[]
  readonly notChecked: readonly NotChecked[]
  readonly workloads: readonly {
    readonly workload: ObjectRef
    readonly pods: readonly string[]
    readonly passed: number
    readonly configuration: boolean
  }[]
}

/** What is wrong with a document that should be a report, as the field and what it lacks. */
class NotAReport extends Error {}

function needed<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new NotAReport(what)
  return value
}

function severityOf(json: unknown, key: string, where: string): Severity {
  const text = textOf(json, key)
  return needed(
    SEVERITIES.find(each => each === text),
    `${where} has no ${key}`,
  )
}

function objectRef(json: unknown, where: string): ObjectRef {
  const [kind, namespace, name] = ['kind', 'namespace', 'name'].map(key => textOf(json, key))
  return {
    kind: needed(kind, `${where} has no kind`),
    namespace: needed(namespace, `${where} has no namespace`),
    name: needed(name, `${where} has no name`),
  }
}

function gapOf(json: unknown, where: string): Gap {
  const reason = textOf(json, 'reason') ?? ''
  if (!isGapReason(reason)) throw new NotAReport(`${where} has an unknown reason ${JSON.stringify(reason)}`)
  const what = needed(textOf(json, 'what'), `${where} does not say what`)
  return {what, reason, detail: textOf(json, 'detail') ?? '', ...definedFields({hint: textOf(json, 'hint')})}
}

const OPS: readonly PatchStep['op'][] = ['add', 'replace', 'remove', 'test']

function patchOf(json: unknown): readonly PatchStep[] | undefined {
  const steps = listOf(json, 'patch').flatMap(step => {
    const op = OPS.find(each => each === textOf(step, 'op'))
    const path = textOf(step, 'path')
    if (op === undefined || path === undefined) return []
    return [{op, path, ...(isObject(step) && 'value' in step ? {value: step.value} : {})}]
  })
  return steps.length === 0 ? undefined : steps
}

function findingOf(json: unknown, where: string): Finding {
  const place = objectOf(json, 'place')
  const [line, column, file] = [numberOf(place, 'line'), numberOf(place, 'column'), textOf(place, 'file')]
  const text = (key: string) => needed(textOf(json, key), `${where} has no ${key}`)
  return {
    code: text('code'),
    rule: text('slug'),
    severity: severityOf(json, 'severity', where),
    title: text('title'),
    object: objectRef(objectOf(json, 'object'), `the object of ${where}`),
    workload: objectRef(objectOf(json, 'workload'), `the workload of ${where}`),
    pods: textsOf(json, 'pods'),
    message: text('message'),
    why: text('why'),
    fix: text('fix'),
    proof: listOf(json, 'proof').map(each => ({
      from: textOf(each, 'from') ?? '',
      text: textOf(each, 'text') ?? '',
      ...(flagOf(each, 'expected') === true ? {expected: true as const} : {}),
    })),
    // As it was written: of our own making, and only handed on.
    provenance: listOf(json, 'provenance').filter(isObject) as unknown as readonly EvidenceUse[],
    ...definedFields({
      path: textOf(json, 'path'),
      container: textOf(json, 'container'),
      accepted: textOf(json, 'accepted'),
      patch: patchOf(json),
      place: file === undefined || line === undefined || column === undefined ? undefined : {file, line, column},
    }),
  }
}

function notCheckedOf(json: unknown, where: string): NotChecked {
  return {
    code: needed(textOf(json, 'code'), `${where} has no code`),
    rule: textOf(json, 'slug') ?? '',
    workload: objectRef(objectOf(json, 'workload'), `the workload of ${where}`),
    pods: textsOf(json, 'pods'),
    gap: gapOf(objectOf(json, 'gap'), `the gap of ${where}`),
  }
}

function reportOf(json: unknown): WrittenCheckReport {
  const [apiVersion, kind] = [textOf(json, 'apiVersion'), textOf(json, 'kind')]
  if (apiVersion !== 'meshctl/v1' || kind !== 'CheckReport')
    throw new NotAReport('it is not a CheckReport of meshctl/v1')
  const each = <T>(key: string, read: (item: unknown, where: string) => T): readonly T[] =>
    listOf(json, key).map((item, index) => read(item, `${key}[${index}]`))
  return {
    origin: {
      kind: textOf(json, 'origin', 'kind') ?? 'files',
      label: needed(textOf(json, 'origin', 'label'), 'origin has no label'),
      ...definedFields({capturedAt: textOf(json, 'origin', 'capturedAt')}),
    },
    live: flagOf(json, 'provenance', 'live') ?? false,
    complete: flagOf(json, 'provenance', 'complete') ?? false,
    evidence: listOf(json, 'provenance', 'evidence').filter(isObject) as unknown as readonly EvidenceUse[],
    failOn: severityOf(json, 'failOn', 'it'),
    visited: flagOf(json, 'visited') ?? true,
    damaged: each('damaged', gapOf),
    skipped: each('passedOver', gapOf),
    findings: each('findings', findingOf),
    notChecked: each('notChecked', notCheckedOf),
    workloads: each('workloads', (item, where) => ({
      workload: objectRef(item, where),
      pods: textsOf(item, 'pods'),
      passed: numberOf(item, 'passed') ?? 0,
      configuration: flagOf(item, 'configuration') ?? false,
    })),
    ...definedFields({shard: textOf(json, 'shard')}),
  }
}

/** A report of `check -o json`, or why the text is none. */
export function parseCheckReport(
  text: string,
): {readonly ok: true; readonly report: WrittenCheckReport} | {readonly ok: false; readonly why: string} {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return {ok: false, why: 'it is not JSON, or it was cut'}
  }
  try {
    return {ok: true, report: reportOf(json)}
  } catch (error) {
    if (error instanceof NotAReport) return {ok: false, why: error.message}
    throw error
  }
}
