import {differences, unobserved} from '../../analysis/expectations/judge.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {Difference, Expectation} from '../../model/expectation.js'
import {podLabel} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'
import {openHeard} from '../trace/heard.js'
import {type ProbeQuestion, type ProbeReport, probeReport} from './probe-report.js'
import {type Asked, type Verified, verified} from './report.js'

/** One expectation that was sent: its result, the predicted result, and whether both agree. */
export interface SuiteResult {
  readonly expectation: Expectation
  /** `open` where the request could not be sent, or what is expected cannot be observed from the client's side. */
  readonly reality: 'holds' | 'fails' | 'open'
  readonly differences: readonly Difference[]
  readonly because: string
  readonly prediction: Verified['verdict']
  /** False where reality went no way that trace predicts. */
  readonly asPredicted: boolean
  readonly status: number | undefined
}

export interface SuiteReport extends Report {
  readonly file: string
  readonly results: readonly SuiteResult[]
}

function observedOf({answer, lines, subject, cameTrue}: ProbeReport) {
  const client = lines.find(({pod}) => podLabel(pod) === podLabel(subject))?.entry
  const logged =
    client === undefined
      ? {}
      : {flags: client.flags, details: client.details ?? client.termination ?? null, cluster: client.cluster ?? null}
  const traced = cameTrue === undefined ? {} : {outcome: cameTrue.outcome, policy: cameTrue.policy}
  return {status: answer.status, ...logged, ...traced}
}

function judged(expectation: Expectation, report: ProbeReport): SuiteResult {
  const observed = observedOf(report)
  const found = differences(expectation.expect, observed)
  const missing = unobserved(expectation.expect, observed)
  const reality = found.length > 0 ? 'fails' : missing.length > 0 ? 'open' : 'holds'
  return {
    expectation,
    reality,
    differences: found,
    because: reality === 'open' ? `${missing.join(', ')} cannot be observed` : (report.cameTrue?.because ?? ''),
    prediction: verified(expectation, report.prediction, 0).verdict,
    asPredicted: report.cameTrue !== undefined,
    status: report.answer.status,
  }
}

function unsent(expectation: Expectation, because: string): SuiteResult {
  const base = {expectation, differences: [], because, asPredicted: false, status: undefined}
  return {...base, reality: 'open', prediction: 'undecided'}
}

/** Sends every request of a file of expectations, one after the other, and compares reality with what is expected and predicted. */
export async function suiteReport(
  given: Source,
  file: string,
  asked: readonly Asked[],
  sending: Pick<ProbeQuestion, 'announce' | 'sleep'> & {readonly requestId: () => string},
): Promise<SuiteReport> {
  const source = noted(given)
  if (source.changes === undefined)
    throw new UserError(`${source.origin.label} is a record: no request can be sent from it`, {
      next: `meshctl verify -f ${file}   # what its configuration does with the requests`,
    })
  const results: SuiteResult[] = []
  const heard = openHeard()
  for (const {expectation, question} of asked) {
    if (question instanceof UserError || question.from.kind !== 'pod') {
      const why = question instanceof UserError ? question.message : 'only a pod can send the request'
      results.push(unsent(expectation, why))
      continue
    }
    const {to, flags, istioNamespace, from} = question
    const each = {...sending, to, flags, istioNamespace, requestId: sending.requestId()}
    try {
      const report = await probeReport(source, from.pod, each)
      heard.add(report)
      results.push(judged(expectation, report))
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      results.push(unsent(expectation, error.message))
    }
  }
  return {
    ...answeredFrom(source),
    gaps: heard.gaps(),
    notes: heard.notes(),
    failing: results.some(each => each.reality === 'fails'),
    undecided: results.some(each => each.reality === 'open'),
    file,
    results,
  }
}
