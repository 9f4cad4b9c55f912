import {differences} from '../../analysis/expectations/judge.js'
import {askedOnce} from '../../evidence/asked-once.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {Difference, Expectation} from '../../model/expectation.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'
import {openHeard} from '../trace/heard.js'
import {type PathBranch, type PathQuestion, pathReport} from '../trace/path-report.js'

/** The result of one expectation: it holds on every path the request can take, fails on one, or cannot be decided. */
export interface Verified {
  readonly expectation: Expectation
  readonly verdict: 'holds' | 'fails' | 'undecided'
  readonly differences: readonly Difference[]
  /** Why, for one that does not hold. */
  readonly because: string
  readonly fix: string | undefined
  /** The share of the requests that fail it, from 0 to 1. */
  readonly share: number
}

export interface VerifyReport extends Report {
  readonly file: string
  readonly results: readonly Verified[]
}

/** An expectation and its question to trace; a question that cannot be asked is the error. */
export interface Asked {
  readonly expectation: Expectation
  readonly question: PathQuestion | UserError
}

function observedIn({outcome, status, flags, details, cluster, policy}: PathBranch) {
  return {outcome, status, flags, details, cluster, policy}
}

/** Judges an expectation by every way the request can go. */
export function verified(expectation: Expectation, branches: readonly PathBranch[], unfollowed: number): Verified {
  const judged = branches.map(branch => ({branch, found: differences(expectation.expect, observedIn(branch))}))
  const wantsUndecided = expectation.expect.outcome === 'undecided'
  const wrong = judged.filter(
    ({branch, found}) => found.length > 0 && (wantsUndecided || branch.outcome !== 'undecided'),
  )
  const open = judged.filter(({branch}) => branch.outcome === 'undecided' && !wantsUndecided)
  const [first] = wrong
  const base = {expectation, share: wrong.reduce((sum, {branch}) => sum + branch.share, 0)}
  if (first !== undefined)
    return {
      ...base,
      verdict: 'fails',
      differences: first.found,
      because: first.branch.because,
      fix: first.branch.cause?.fix,
    }
  const [undecided] = open
  const because = undecided?.branch.because ?? (unfollowed > 0 ? 'the request has too many possible paths' : '')
  if (because !== '') return {...base, verdict: 'undecided', differences: [], because, fix: undefined}
  const assumed = branches.flatMap(({condition}) => condition ?? [])
  const provided = assumed.length === 0 ? '' : `if ${[...new Set(assumed)].join(', and ')}`
  return {...base, verdict: 'holds', differences: [], because: provided, fix: undefined}
}

/** Predicts every expectation by trace, on the configuration of the source. Nothing is sent. */
export async function verifyReport(given: Source, file: string, asked: readonly Asked[]): Promise<VerifyReport> {
  const source = noted(given)
  const once = askedOnce(source)
  const results: Verified[] = []
  const heard = openHeard()
  for (const {expectation, question} of asked) {
    try {
      if (question instanceof UserError) throw question
      const report = await pathReport(once, question)
      heard.add(report)
      results.push(verified(expectation, report.branches, report.unfollowed))
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      const because = error.message
      results.push({expectation, verdict: 'undecided', differences: [], because, fix: undefined, share: 0})
    }
  }
  return {
    ...answeredFrom(source),
    gaps: heard.gaps(),
    notes: heard.notes(),
    failing: results.some(each => each.verdict === 'fails'),
    undecided: results.some(each => each.verdict === 'undecided'),
    file,
    results,
  }
}
