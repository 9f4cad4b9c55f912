import {countDifferences} from '../../analysis/netfilter/drift/drift.js'
import {ambientRulesets} from '../../analysis/netfilter/expected-rules/ambient.js'
import {expectedRulesets} from '../../analysis/netfilter/expected-rules/expected.js'
import {initLine, sayNothing, settingsFromInit} from '../../analysis/netfilter/expected-rules/from-init.js'
import {hasEffectiveSettings, settingsFromLog} from '../../analysis/netfilter/expected-rules/from-log.js'
import {
  type Expectation,
  expectationFor,
  type PredictedInjection,
} from '../../analysis/netfilter/expected-rules/from-pod.js'
import {
  BEFORE_1_0,
  FIRST_PROGRAM,
  knownRelease,
  NEWEST,
  RELEASES,
  rangesText,
  releaseName,
  releaseOf,
} from '../../analysis/netfilter/expected-rules/releases.js'
import {isIstioNativeTable} from '../../analysis/netfilter/istio-names.js'
import {wrongValues} from '../../analysis/netfilter/setup/lost-arguments.js'
import {readPod} from '../../formats/kube-pod/parse.js'
import {parseRules} from '../../formats/netfilter/parse-rules.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {type Answer, answered, missing} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import {everyRule, type Ruleset} from '../../model/kernel/ruleset.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import {injectedContainer, objectLabel, type PodModel} from '../../model/kube/pod.js'
import type {Source} from '../../sources/source.js'
import {predictForTemplate} from '../injection/prediction.js'
import {objectCache} from '../mesh-objects/object-cache.js'
import {readPodObject} from '../pod/objects.js'
import {allWorkloads} from './expected-subject.js'

/** The rules a pod should have, where that comes from, and which release was taken. */
export interface Expected {
  readonly rulesets: readonly Ruleset[]
  readonly via: string
  readonly kind: 'sidecar' | 'ambient'
  readonly minor: number
  /** True when the release is a guess from the rules. */
  readonly guessed: boolean
  /** The release in words: the declared one, the one that is assumed, or those that match the rules best. */
  readonly release: string
  /** The release the pod declares (minor version of 1.x), where `minor` is the nearest one whose rules are known. */
  readonly declared?: number
  /** The same for another release (minor version of 1.x). */
  readonly ofRelease: (minor: number) => readonly Ruleset[]
  readonly notes: readonly string[]
}

const NO_EVIDENCE = 'neither the pod nor a log of istio-init is available'

/** The default namespace of the control plane. */
const ISTIO_NAMESPACE = 'istio-system'

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

/** Source address of node probes over IPv6 (istio-cni). */
const PROBES_IPV6 = 'fd16:9254:7127:1337'

/** One native table holds both families; whether istio-cni fills it for IPv6 is a setting of its agent (AMBIENT_IPV6) that only the rules tell. */
function namesIpv6Probes(actual: readonly Ruleset[]): boolean {
  return everyRule(actual).some(({rule}) => rule.text.includes(PROBES_IPV6))
}

/** Builds the rulesets of an expectation for a release; native nftables when the pod's own rules are. */
function build(
  expectation: Exclude<Expectation, {kind: 'none'}>,
  minor: number,
  actual: readonly Ruleset[],
): readonly Ruleset[] {
  const native = isNative(actual)
  if (expectation.kind === 'ambient')
    return ambientRulesets({
      ...expectation.settings,
      ipv6: expectation.settings.ipv6 || (native && namesIpv6Probes(actual)),
      native: native || expectation.settings.native,
    })
  return expectedRulesets({...expectation.settings, native: expectation.settings.native || native}, minor)
}

/** A release to compare with, and in words why that one. */
interface Compared {
  readonly minor: number
  readonly release: string
}

/** With no release known, those whose rules differ least from the ones that are there: the newest of them, and all ties by name. */
function bestMatch(expectation: Exclude<Expectation, {kind: 'none'}>, actual: readonly Ruleset[]): Compared {
  const script = expectation.kind === 'sidecar' && expectation.script === true
  const possible = RELEASES.filter(({to}) => !script || to < FIRST_PROGRAM)
  const newest = possible[0]?.to ?? NEWEST
  if (actual.length === 0 || expectation.kind === 'ambient')
    return {minor: newest, release: `Istio ${releaseName(newest)} (assumed; release unknown)`}
  const counts = possible.map(range => ({range, count: countDifferences(build(expectation, range.to, actual), actual)}))
  const best = Math.min(...counts.map(({count}) => count))
  const ties = counts.filter(({count}) => count === best).map(({range}) => range)
  return {minor: ties[0]?.to ?? newest, release: `best match: ${rangesText(ties)}`}
}

/** Whether expected rules may come from istio-init's log: not when the rules they are compared with come from it too. */
export type LogUse = 'use-log' | 'without-log'

async function loggedParameters(
  source: Source,
  subject: PodRef,
  known: Readonly<Record<string, string>>,
  use: LogUse,
): Promise<Readonly<Record<string, string>>> {
  if (use === 'without-log') return {}
  if (hasEffectiveSettings(known)) return known
  const answer = await source.evidence('log.istio-init', subject)
  if (!answer.ok) return {}
  return parseRules(Buffer.from(answer.value.bytes).toString('utf8')).parameters
}

/** Of several manifests of one object (before and after injection), the one that has istio-init, else the last. */
function lastWritten(pods: readonly PodModel[]): readonly PodModel[] {
  const kept = new Map<string, PodModel>()
  for (const pod of pods) {
    const before = kept.get(objectLabel(pod.object))
    const keep = before !== undefined && injectedContainer(before, 'istio-init') !== undefined
    if (!keep || injectedContainer(pod, 'istio-init') !== undefined) kept.set(objectLabel(pod.object), pod)
  }
  return [...kept.values()]
}

/** The pod asked about, or the workload of manifests of that name; of a file that names none, the only pod or workload it holds. */
async function podFor(source: Source, subject: PodRef): Promise<Answer<PodModel>> {
  const named = await readPodObject(source, subject)
  if (named.ok || (subject.implied !== true && source.manifests === undefined)) return named
  const {name, namespace} = subject
  const pods = lastWritten(
    (await allWorkloads(source))
      .map(readPod)
      .filter(pod => pod !== undefined)
      .filter(({object}) => subject.implied === true || (object.name === name && object.namespace === namespace)),
  )
  const [only] = pods
  if (only === undefined) return named
  if (pods.length === 1) return answered(only)
  const names = pods.slice(0, 4).map(({object}) => objectLabel(object))
  return missing(
    'the pod',
    'not-captured',
    `there are ${pods.length} pods and workloads: name one of ${names.join(', ')}${pods.length > 4 ? ', …' : ''}, such as meshctl iptables ${only.object.name}.${only.object.namespace ?? namespace} --expected --from ${source.origin.label}`,
  )
}

/** What injection would do with the pods of a template, with the injector's and the mesh's own settings. */
async function predictedFor(source: Source, pod: PodModel): Promise<PredictedInjection | undefined> {
  const objects = objectCache(source, ISTIO_NAMESPACE)
  const prediction = await predictForTemplate(objects, pod)
  if (prediction === undefined) return undefined
  const [injectors, mesh] = await Promise.all([objects.settings.injectors(), objects.settings.mesh()])
  const {revision = 'default', version} = prediction.decision
  const known = injectors.ok ? injectors.value : []
  const injector = known.find(each => each.revision === revision) ?? known[0]
  const minor = version ?? injector?.version
  const number = minor === undefined ? undefined : releaseOf(minor)
  return {
    mode: prediction.mode,
    because: prediction.because,
    defaults: {...(mesh.ok ? mesh.value.capture : {}), ...injector?.capture},
    cni: injector?.cni ?? false,
    native: injector?.nativeNftables ?? false,
    minor: number,
  }
}

/** The command line of istio-iptables given instead of a pod. */
async function givenArguments(source: Source, subject: PodRef): Promise<Expectation | undefined> {
  if (source.traits.complete) return undefined
  const answer = await source.evidence('net.iptables.nft', subject)
  const text = answer.ok ? Buffer.from(answer.value.bytes.subarray(0, 65_536)).toString('utf8') : ''
  const words = initLine(text)
  if (words === undefined) return undefined
  if (sayNothing(words))
    return {kind: 'none', why: 'none of the words is a flag of istio-iptables, such as -p 15001, -b or -i'}
  const settings = settingsFromInit(words, {}, {resolvers: [], addresses: []})
  return {
    kind: 'sidecar',
    settings,
    via: 'the arguments given',
    notes: wrongValues(settings).map(({what}) => what),
    ...definedFields({
      minor: /prepare_proxy/.test(text) ? BEFORE_1_0 : undefined,
      script: text.includes('istio-iptables.sh') ? true : undefined,
    }),
  }
}

async function expectation(
  source: Source,
  subject: PodRef,
  actual: readonly Ruleset[],
  known: Readonly<Record<string, string>>,
  use: LogUse,
): Promise<Expectation> {
  const [pod, logged] = await Promise.all([podFor(source, subject), loggedParameters(source, subject, known, use)])
  if (pod.ok) {
    const predicted = await predictedFor(source, pod.value)
    return expectationFor(pod.value, logged, resolversIn(actual), predicted)
  }
  if (hasEffectiveSettings(logged))
    return {kind: 'sidecar', settings: settingsFromLog(logged), via: "istio-init's log", notes: []}
  const given = await givenArguments(source, subject)
  return given ?? {kind: 'none', why: `${NO_EVIDENCE} (${pod.gap.detail})`}
}

/** The rules the pod should have, from its spec, the log of istio-init or its command line; an error a person can fix when none is there. */
export async function expectedFor(
  source: Source,
  subject: PodRef,
  actual: readonly Ruleset[],
  known: Readonly<Record<string, string>>,
  use: LogUse = 'use-log',
): Promise<Expected> {
  const expected = await expectation(source, subject, actual, known, use)
  if (expected.kind === 'none') {
    throw new UserError(`no rules are expected: ${expected.why}`, {
      ...(expected.why.startsWith(NO_EVIDENCE)
        ? {
            hint: 'Expected rules are computed from the pod object, from the log of istio-init, or from its arguments.',
            next: 'meshctl iptables POD --expected',
          }
        : {}),
    })
  }
  const {minor: declared} = expected
  const {minor, release} =
    declared === undefined
      ? bestMatch(expected, actual)
      : {minor: knownRelease(declared), release: `Istio ${releaseName(declared)}`}
  const {kind, settings} = expected
  const blind = kind === 'sidecar' && settings.dns && !settings.dnsAll && settings.resolvers.length === 0
  const dns = blind
    ? ["DNS capture is on, but the resolvers of the pod's resolv.conf are not known: its rules are left out"]
    : []
  const ofRelease = (other: number) => build(expected, other, actual)
  return {
    rulesets: ofRelease(minor),
    ofRelease,
    via: expected.via,
    kind: expected.kind,
    minor,
    release,
    guessed: declared === undefined,
    declared,
    notes: [...expected.notes, ...dns],
  }
}
