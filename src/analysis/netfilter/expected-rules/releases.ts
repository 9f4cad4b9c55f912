import type {IstioVersion} from '../../../model/istio/istio-version.js'
import {FACT_CHANGES} from './facts.js'
import type {ChainRows, RuleRow} from './row.js'
import {SCRIPT_RULES} from './script-table.js'
import {SIDECAR_RULES} from './sidecar-table.js'

/** Releases as minor versions of Istio 1.x; this one stands for 0.7 and those before it. */
export const BEFORE_1_0 = -1
/** The newest release whose rules were recorded; later ones are taken to be like it. */
export const NEWEST = 31
/** The first release whose rules a program makes in one restore, and not a shell script line by line. */
export const FIRST_PROGRAM = 5

/** The rows that hold for a release: those of the program, or of the shell script before it. */
export function sidecarRows(minor: number): readonly ChainRows[] {
  return minor < FIRST_PROGRAM ? SCRIPT_RULES : SIDECAR_RULES
}

function changesOf({since, until, rows = []}: RuleRow): readonly number[] {
  const own = [...(since === undefined ? [] : [since]), ...(until === undefined ? [] : [until + 1])]
  return [...own, ...rows.flatMap(changesOf)]
}

/** Releases between which no rule changed for any settings, both ends included. */
export interface ReleaseRange {
  readonly from: number
  readonly to: number
}

/** All releases in groups of equal rules, newest first, as the rows of the tables and what settings mean in a release tell. */
export const RELEASES: readonly ReleaseRange[] = releaseRanges()

function releaseRanges(): readonly ReleaseRange[] {
  const all = [...SCRIPT_RULES, ...SIDECAR_RULES].flatMap(({rows}) => rows.flatMap(changesOf))
  const starts = [...new Set([BEFORE_1_0, 0, FIRST_PROGRAM, ...FACT_CHANGES, ...all])]
    .filter(minor => minor >= BEFORE_1_0 && minor <= NEWEST)
    .sort((a, b) => a - b)
  return starts.map((from, index) => ({from, to: (starts[index + 1] ?? NEWEST + 1) - 1})).reverse()
}

/** The nearest release whose rules are known. */
export function knownRelease(minor: number): number {
  return Math.min(Math.max(minor, BEFORE_1_0), NEWEST)
}

/** The minor version of 1.x a release counts as here: 0.7 and older are BEFORE_1_0, 0.8 is like 1.0; undefined for 2.x. */
export function releaseOf({major, minor}: IstioVersion): number | undefined {
  if (major === 1) return minor
  return major === 0 ? (minor >= 8 ? 0 : BEFORE_1_0) : undefined
}

/** `1.18`, or `0.7` for what came before 1.0. */
export function releaseName(minor: number): string {
  return minor <= BEFORE_1_0 ? '0.7' : `1.${minor}`
}

/** `Istio 1.18 to 1.24`, `Istio 1.5 or 1.6`, `Istio 1.25 or later`, `Istio before 1.0`. */
export function rangeText({from, to}: ReleaseRange): string {
  if (to <= BEFORE_1_0) return 'Istio before 1.0'
  if (to >= NEWEST) return `Istio ${releaseName(from)} or later`
  if (from === to) return `Istio ${releaseName(from)}`
  return `Istio ${releaseName(from)} ${to === from + 1 ? 'or' : 'to'} ${releaseName(to)}`
}

/** Several ranges in words, neighbours joined: `Istio 1.5 or 1.6, Istio 1.25 or later`. */
export function rangesText(ranges: readonly ReleaseRange[]): string {
  const joined: ReleaseRange[] = []
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1)
    if (last !== undefined && last.to + 1 === range.from) joined[joined.length - 1] = {from: last.from, to: range.to}
    else joined.push(range)
  }
  return joined.map(rangeText).join(', ')
}
