import {countDifferences} from '../../analysis/netfilter/drift/drift.js'
import {eraOf} from '../../analysis/netfilter/era.js'
import {ambientRulesets} from '../../analysis/netfilter/expected-rules/ambient.js'
import {expectedRulesets} from '../../analysis/netfilter/expected-rules/expected.js'
import {hasEffectiveSettings, settingsFromLog} from '../../analysis/netfilter/expected-rules/from-log.js'
import {type Expectation, expectationFor} from '../../analysis/netfilter/expected-rules/from-pod.js'
import {isIstioNativeTable} from '../../analysis/netfilter/istio-names.js'
import {readPod, WORKLOAD_KINDS} from '../../formats/kube-pod/parse.js'
import {parseRules} from '../../formats/netfilter/parse-rules.js'
import {type Answer, answered} from '../../model/answer.js'
import type {PodRef} from '../../model/kube-object.js'
import type {PodModel} from '../../model/pod.js'
import {everyRule, type Ruleset} from '../../model/ruleset.js'
import {UserError} from '../../model/user-error.js'
import type {Source} from '../../sources/source.js'
import {readPodObject} from '../pod/objects.js'

/** The rules a pod should have, where that comes from, and which release was taken. */
export interface Expected {
  readonly rulesets: readonly Ruleset[]
  readonly via: string
  readonly kind: 'sidecar' | 'ambient'
  readonly minor: number
  /** True when the release is a guess from the rules. */
  readonly guessed: boolean
  /** The release the pod names, as it is, where `minor` is the nearest one whose rules are known. */
  readonly told?: number
  /** The same for another release (minor version of 1.x). */
  readonly ofRelease: (minor: number) => readonly Ruleset[]
  readonly notes: readonly string[]
}

const NEWEST = 31
export const OLDEST = 5
/** The releases at which the rules changed; every other one equals the one before it. */
export const RELEASES = [31, 24, 23, 22, 20, 18, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5] as const

function resolversIn(rulesets: readonly Ruleset[]): readonly string[] {
  const found = new Set<string>()
  for (const {rule} of everyRule(rulesets)) {
    if (!rule.actions.some(action => action.kind === 'redirect' && action.ports === '15053')) continue
    for (const {field, negated, values} of rule.conditions)
      if (field === 'destination' && !negated) for (const value of values) found.add(value)
  }
  return [...found].filter(value => !value.startsWith('127.'))
}

function isNative(rulesets: readonly Ruleset[]): boolean {
  return rulesets.some(({tables}) => tables.some(({name}) => isIstioNativeTable(name)))
}

/** Builds the rulesets of an expectation for a release; native nftables when the pod's own rules are. */
function build(
  expectation: Exclude<Expectation, {kind: 'none'}>,
  minor: number,
  actual: readonly Ruleset[],
): readonly Ruleset[] {
  const native = isNative(actual)
  if (expectation.kind === 'ambient')
    return ambientRulesets({...expectation.settings, native: native || expectation.settings.native})
  return expectedRulesets({...expectation.settings, native: expectation.settings.native || native}, minor)
}

/** With no release known, the one whose rules differ least from those that are there. */
function guessMinor(expectation: Exclude<Expectation, {kind: 'none'}>, actual: readonly Ruleset[]): number {
  if (actual.length === 0) return NEWEST
  let best: {minor: number; count: number} = {minor: NEWEST, count: Number.POSITIVE_INFINITY}
  for (const minor of RELEASES) {
    const count = countDifferences(build(expectation, minor, actual), actual)
    if (count < best.count) best = {minor, count}
    if (count === 0) break
  }
  return best.minor
}

async function loggedParameters(
  source: Source,
  subject: PodRef,
  known: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  if (hasEffectiveSettings(known)) return known
  const answer = await source.evidence('log.istio-init', subject)
  if (!answer.ok) return {}
  return parseRules(Buffer.from(answer.value.bytes).toString('utf8')).parameters
}

/** The pod asked about; of a file that names none, the only pod or workload it holds. */
async function podFor(source: Source, subject: PodRef): Promise<Answer<PodModel>> {
  const named = await readPodObject(source, subject)
  if (named.ok || subject.implied !== true) return named
  const answers = await Promise.all(WORKLOAD_KINDS.map(kind => source.objects({kind})))
  const pods = answers
    .flatMap(answer => (answer.ok ? answer.value : []))
    .map(readPod)
    .filter(pod => pod !== undefined)
  const [only] = pods
  return only !== undefined && pods.length === 1 ? answered(only) : named
}

/** The rules the pod should have, from its spec or from what istio-init logged; an error a person can mend when neither is there. */
export async function expectedFor(
  source: Source,
  subject: PodRef,
  actual: readonly Ruleset[],
  known: Readonly<Record<string, string>>,
): Promise<Expected> {
  const [pod, logged] = await Promise.all([podFor(source, subject), loggedParameters(source, subject, known)])
  const expectation: Expectation = pod.ok
    ? expectationFor(pod.value, logged, resolversIn(actual))
    : hasEffectiveSettings(logged)
      ? {kind: 'sidecar', settings: settingsFromLog(logged), via: 'the values istio-init logged', notes: []}
      : {kind: 'none', why: `neither the pod nor a log of istio-init is at hand (${pod.gap.detail})`}
  if (expectation.kind === 'none') {
    throw new UserError(`no rules are to be expected: ${expectation.why}`, {
      hint: 'Expected rules are computed from the pod object, or from the log of istio-init with its effective values.',
      next: 'meshctl iptables POD --expected',
    })
  }
  const told = expectation.minor
  const minor = told === undefined ? guessMinor(expectation, actual) : Math.min(Math.max(told, OLDEST), NEWEST)
  const era = eraOf(actual)
  const before = told === undefined ? (era === undefined ? OLDEST : era.to) : told
  const old =
    before < OLDEST
      ? [
          `${era?.words ?? `Istio 1.${before}`} made its rules by a shell script; they are compared with those of 1.${minor}, so what changed since shows as a difference`,
        ]
      : []
  const {kind, settings} = expectation
  const blind = kind === 'sidecar' && settings.dns && !settings.dnsAll && settings.resolvers.length === 0
  const dns = blind
    ? ["DNS capture is asked for, but the name servers of the pod's resolv.conf are not known: its rules are left out"]
    : []
  const ofRelease = (other: number) => build(expectation, other, actual)
  return {
    rulesets: ofRelease(minor),
    ofRelease,
    via: expectation.via,
    kind: expectation.kind,
    minor,
    guessed: told === undefined,
    ...(told === undefined ? {} : {told}),
    notes: [...expectation.notes, ...dns, ...old],
  }
}
