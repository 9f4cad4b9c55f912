import {driftOf, type RuleDifference} from '../../analysis/netfilter/drift/drift.js'
import {isHarmless} from '../../analysis/netfilter/drift/harmless.js'
import type {RulesetWarning} from '../../analysis/netfilter/interception/ruleset-warnings.js'
import {type Expected, expectedFor} from '../../evidence/kernel/expectation.js'
import {podKind, readableKernel} from '../../evidence/kernel/nothing-read.js'
import {type Kernel, readKernel} from '../../evidence/kernel/read-kernel.js'
import {startUpNotice} from '../../evidence/kernel/start-up.js'
import {waysText} from '../../evidence/kernel/ways.js'
import {answeredFrom, type NotedSource, noted} from '../../evidence/provenance.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import {humanCount} from '../../model/text/human-count.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'
import {type IptablesReport, iptablesReport, reportOn} from './report.js'

export interface DriftReport extends Report {
  readonly subject: PodRef
  readonly kernel: Kernel
  /** Set when the rules that were read are not the current ones: the first line to show. */
  readonly startUp?: string
  /** Undefined when nothing but the evidence that was read says what to expect. */
  readonly expected?: Expected
  readonly differences: readonly RuleDifference[]
}

/** The computed rules are evidence of their own: what they were computed from is named. */
function noteExpected({ledger, traits}: NotedSource, {via}: Expected): void {
  const source = traits.live ? 'live' : traits.complete ? 'recorded' : 'given'
  ledger.add({evidence: 'expected-rules', source, via: 'computed', shows: 'declared', from: via})
}

/**
 * The expected rules, from other evidence than the rules that were read: those of istio-init's log are compared with what the pod's spec asks for, and
 * with nothing when the pod is not known.
 */
async function independentOf(kernel: Kernel, source: NotedSource, subject: PodRef): Promise<Expected | undefined> {
  const {rulesets, parameters} = kernel
  if (kernel.from !== 'log') return await expectedFor(source, subject, rulesets, parameters)
  return await expectedFor(source, subject, rulesets, {}, 'without-log').catch((error: unknown) => {
    if (error instanceof UserError) return undefined
    throw error
  })
}

/** How the rules of a pod differ from those it should have; failing when the path of some packet changes because of it. */
export async function driftReport(given: Source, subject: PodRef): Promise<DriftReport> {
  const source = noted(given)
  const kernel = await readableKernel(await readKernel(source, subject), source, subject)
  const whyUndecided = kernel.rulesets.map(set => set.undecided).find(why => why !== undefined)
  if (whyUndecided !== undefined)
    throw new UserError(`there are no rules of a pod to compare: ${whyUndecided}`, {
      ...definedFields({
        hint: kernel.failure === undefined ? undefined : `${kernel.failure.why}. ${kernel.failure.fix}`,
      }),
    })
  const startUp = startUpNotice(kernel, source)
  const expected = await independentOf(kernel, source, subject)
  if (expected !== undefined) noteExpected(source, expected)
  const differences = expected === undefined ? [] : driftOf(expected.rulesets, kernel.rulesets, kernel.machine)
  return {
    ...answeredFrom(source),
    gaps: kernel.gaps,
    notes: [...kernel.notes, ...(expected?.notes ?? [])],
    ...(startUp === undefined
      ? {}
      : {startUp, undecided: true, next: waysText(subject, await podKind(source, subject), kernel.debugImage)}),
    subject,
    kernel,
    expected,
    differences,
    failing: differences.some(each => each.effective && !isHarmless(each)),
    ...definedFields({undecided: differences.some(({kind}) => kind === 'incomplete') ? true : undefined}),
  }
}

/** The rules of a pod in words, and whether they differ from what they should be where that can be known. */
export async function iptablesWithDriftReport(given: Source, subject: PodRef): Promise<IptablesReport> {
  const source = noted(given)
  const report = await iptablesReport(source, subject)
  const {rulesets, machine, parameters, from} = report.kernel
  if (from === 'log' || report.excerpt || rulesets.some(set => set.undecided !== undefined)) return report
  const expected = await expectedFor(source, subject, rulesets, parameters).catch((error: unknown) => {
    if (error instanceof UserError) return undefined
    throw error
  })
  if (expected === undefined) return report
  const effective = driftOf(expected.rulesets, rulesets, machine).filter(
    each => each.effective && !isHarmless(each),
  ).length
  if (effective === 0) return report
  noteExpected(source, expected)
  return {
    ...report,
    ...answeredFrom(source),
    rulesetWarnings: [driftWarning(effective, expected.via), ...report.rulesetWarnings],
  }
}

function driftWarning(effective: number, via: string): RulesetWarning {
  return {
    id: 'drift',
    level: 'warning',
    what: `${humanCount(effective, 'difference')} from the rules it should have (${via}) change${effective === 1 ? 's' : ''} where packets go.`,
    consequence: '--drift shows what and why.',
  }
}

/** The subject of a file that names no pod: the one workload or log it holds. */
export function impliedBy(source: Source): PodRef {
  return source.impliedSubject ?? {namespace: '', name: source.origin.label, implied: true}
}

/** The rules a pod should have, shown like rules that were read. */
export async function expectedReport(given: Source, subject: PodRef): Promise<IptablesReport> {
  const source = noted(given)
  const kernel = await readKernel(source, subject)
  const expected = await expectedFor(source, subject, kernel.rulesets, kernel.parameters)
  noteExpected(source, expected)
  const origin = `${expected.via}, ${expected.release}`
  const {failure: _, node: __, ...known} = kernel
  const report = reportOn(
    {...known, rulesets: expected.rulesets, from: 'computed', origin, gaps: [], notes: []},
    source,
    subject,
  )
  return {...report, notes: expected.notes}
}
