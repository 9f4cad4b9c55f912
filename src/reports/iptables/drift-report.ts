import {type Difference, driftOf} from '../../analysis/netfilter/drift/drift.js'
import {exemptsOwnPorts} from '../../analysis/netfilter/drift/own-ports.js'
import type {Oddity} from '../../analysis/netfilter/interception/oddities.js'
import {type Expected, expectedFor} from '../../evidence/kernel/expectation.js'
import {readableKernel} from '../../evidence/kernel/nothing-read.js'
import {type Kernel, readKernel} from '../../evidence/kernel/read-kernel.js'
import {humanCount} from '../../model/human-count.js'
import type {PodRef} from '../../model/kube-object.js'
import {UserError} from '../../model/user-error.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'
import {type IptablesReport, iptablesReport, reportOn} from './report.js'

export interface DriftReport extends Report {
  readonly subject: PodRef
  readonly kernel: Kernel
  readonly expected: Expected
  readonly differences: readonly Difference[]
}

/** How the rules of a pod differ from those it should have; failing when some packet fares otherwise because of it. */
export async function driftReport(source: Source, subject: PodRef): Promise<DriftReport> {
  const kernel = readableKernel(await readKernel(source, subject), source, subject)
  const expected = await expectedFor(source, subject, kernel.rulesets, kernel.parameters)
  const differences = driftOf(expected.rulesets, kernel.rulesets, kernel.machine)
  const start =
    kernel.from === 'log'
      ? ['the rules compared are those istio-init wrote at start; later changes cannot be seen']
      : []
  return {
    origin: source.origin,
    gaps: kernel.gaps,
    notes: [...kernel.notes, ...expected.notes, ...start],
    subject,
    kernel,
    expected,
    differences,
    failing: differences.some(each => each.effective && !exemptsOwnPorts(each)),
  }
}

/** The rules of a pod in words, and whether they differ from what they should be where that can be known. */
export async function rulesReport(source: Source, subject: PodRef): Promise<IptablesReport> {
  const report = await iptablesReport(source, subject)
  const {rulesets, machine, parameters, from} = report.kernel
  if (from === 'log' || report.excerpt) return report
  const expected = await expectedFor(source, subject, rulesets, parameters).catch((error: unknown) => {
    if (error instanceof UserError) return undefined
    throw error
  })
  if (expected === undefined) return report
  const effective = driftOf(expected.rulesets, rulesets, machine).filter(
    each => each.effective && !exemptsOwnPorts(each),
  ).length
  return effective === 0 ? report : {...report, oddities: [driftOddity(effective, expected.via), ...report.oddities]}
}

function driftOddity(effective: number, via: string): Oddity {
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
export async function expectedReport(source: Source, subject: PodRef): Promise<IptablesReport> {
  const kernel = await readKernel(source, subject)
  const expected = await expectedFor(source, subject, kernel.rulesets, kernel.parameters)
  const origin = `${expected.via}, ${expected.release}`
  const report = reportOn(
    {...kernel, rulesets: expected.rulesets, from: 'computed', origin, gaps: [], notes: []},
    source,
    subject,
  )
  return {...report, notes: expected.notes}
}
