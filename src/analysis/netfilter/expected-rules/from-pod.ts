import {definedFields} from '../../../model/collections/defined-fields.js'
import type {CaptureDefaults} from '../../../model/istio/injection.js'
import {parseIstioVersion} from '../../../model/istio/istio-version.js'
import {DATAPLANE_LABEL, isRedirected, PROXY_CONFIG_ANNOTATION} from '../../../model/istio/mesh-keys.js'
import {isOutsideKubernetes} from '../../../model/kube/container-facts.js'
import {type Container, injectedContainer, type PodModel} from '../../../model/kube/pod.js'
import {commaList} from '../../../model/text/comma-list.js'
import {wrongValues} from '../setup/lost-arguments.js'
import type {AmbientSettings} from './ambient.js'
import {initWords, settingsFromInit, wantsIpv6} from './from-init.js'
import {hasEffectiveSettings, settingsFromLog} from './from-log.js'
import {releaseOf} from './releases.js'
import {type CaptureSettings, INJECTED_SETTINGS} from './settings.js'

/** What a pod's rules should come from, and how that was found out. */
export type Expectation =
  | {
      readonly kind: 'sidecar'
      readonly settings: CaptureSettings
      /** The rules were made by the shell script of a release before 1.5, whichever that is. */
      readonly script?: boolean
      readonly via: string
      readonly minor?: number
      readonly notes: readonly string[]
    }
  | {
      readonly kind: 'ambient'
      readonly settings: AmbientSettings
      readonly via: string
      readonly minor?: number
      readonly notes: readonly string[]
    }
  | {readonly kind: 'none'; readonly why: string}

const TRAFFIC = 'traffic.sidecar.istio.io/'

function annotation(pod: PodModel, name: string): string | undefined {
  return pod.annotations[name]
}

function isTrue(text: string | undefined): boolean {
  return text?.toLowerCase() === 'true'
}

/** A value of proxyMetadata: injection makes it environment of its containers; before that it is in the annotation. */
export function proxyMetadata(pod: PodModel, name: string): string | undefined {
  const [init, proxy] = ['istio-init', 'istio-proxy'].map(each => injectedContainer(pod, each))
  return init?.env[name] ?? proxy?.env[name] ?? metadataOf(pod, name)
}

/** A value of proxyMetadata in the annotation proxy.istio.io/config, which becomes environment of the injected containers. */
function metadataOf(pod: PodModel, name: string): string | undefined {
  const config = annotation(pod, PROXY_CONFIG_ANNOTATION) ?? ''
  return new RegExp(`["']?${name}["']?\\s*:\\s*["']?([^"'\\s,}]*)`).exec(config)?.[1]
}

function virtualInterfaces(pod: PodModel): readonly string[] {
  return commaList(
    annotation(pod, 'istio.io/reroute-virtual-interfaces') ?? annotation(pod, `${TRAFFIC}kubevirtInterfaces`) ?? '',
  )
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)]
}

/**
 * The settings that annotations lead to. The CNI plugin differs from the template: its own order of excluded inbound ports, port 15020 excluded
 * outbound unless configured otherwise, DNS capture of every resolver, and the user and group of the proxy container. Owner groups and the range of
 * loopback addresses it reads from its own environment, not the pod's.
 */
export function settingsFromAnnotations(
  pod: PodModel,
  by: 'template' | 'cni',
  defaults: CaptureDefaults = {},
): CaptureSettings {
  const proxy = pod.containers.find(({name}) => name === 'istio-proxy')
  const env = (name: string) => proxy?.env[name] ?? metadataOf(pod, name) ?? defaults.proxyMetadata?.[name]
  const traffic = (name: string) => annotation(pod, `${TRAFFIC}${name}`)
  const own = commaList(traffic('excludeInboundPorts') ?? defaults.excludeInboundPorts ?? '')
  const statusPort = annotation(pod, 'status.sidecar.istio.io/port') ?? defaults.statusPort ?? '15020'
  const status = statusPort === '0' ? [] : [statusPort]
  const cni = by === 'cni'
  const initEnv = (name: string) => (cni ? undefined : env(name))
  const identity = (id: number | undefined) => (id === undefined || id === 0 ? '1337' : String(id))
  // For the plugin, the template copies a setting of the mesh into the annotation unless it is empty.
  const excludeOutbound = traffic('excludeOutboundPorts') ?? (defaults.excludeOutboundPorts || undefined)
  const mode = annotation(pod, 'sidecar.istio.io/interceptionMode') ?? defaults.interceptionMode
  const uid = identity(proxy?.security.runAsUser)
  return {
    ...INJECTED_SETTINGS,
    uids: [uid],
    gids: [cni ? identity(proxy?.security.runAsGroup) : uid],
    mode: mode === 'TPROXY' ? 'TPROXY' : 'REDIRECT',
    inboundInclude: traffic('includeInboundPorts') ?? defaults.includeInboundPorts ?? '*',
    inboundExclude: cni
      ? unique([...own, ...status, '15020', '15021', '15090'])
      : unique(['15090', '15021', ...own, ...status]),
    rangesInclude: traffic('includeOutboundIPRanges') ?? defaults.includeIPRanges ?? '*',
    rangesExclude: commaList(traffic('excludeOutboundIPRanges') ?? defaults.excludeIPRanges ?? ''),
    outboundInclude: commaList(traffic('includeOutboundPorts') ?? defaults.includeOutboundPorts ?? ''),
    outboundExclude: excludeOutbound === undefined ? (cni ? ['15020'] : []) : commaList(excludeOutbound),
    virtualInterfaces: virtualInterfaces(pod),
    excludedInterfaces: commaList(traffic('excludeInterfaces') ?? ''),
    dns: isTrue(env('ISTIO_META_DNS_CAPTURE')),
    dnsAll: cni,
    dropInvalid: isTrue(env('INVALID_DROP')),
    groupsInclude: initEnv('ISTIO_OUTBOUND_OWNER_GROUPS') ?? '*',
    groupsExclude: commaList(initEnv('ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE') ?? ''),
    loopback4: initEnv('ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR') ?? INJECTED_SETTINGS.loopback4,
    ipv6: wantsIpv6(pod.status?.podIps ?? [], isTrue(env('ISTIO_DUAL_STACK'))),
  }
}

function minorOf(container: Container | undefined): number | undefined {
  const version = parseIstioVersion(container?.image)
  return version === undefined ? undefined : releaseOf(version)
}

/** What istio-cni sets in the pod once it is in ambient mode, by its annotations. */
export function ambientExpectation(pod: PodModel, minor: number | undefined): Expectation {
  const dns = annotation(pod, 'ambient.istio.io/dns-capture')
  const settings: AmbientSettings = {
    dns: dns === undefined ? true : isTrue(dns),
    bypassInbound: isTrue(annotation(pod, 'ambient.istio.io/bypass-inbound-capture')),
    virtualInterfaces: virtualInterfaces(pod),
    ipv6: (pod.status?.podIps ?? []).some(address => address.includes(':')),
    native: false,
  }
  const notes = dns === undefined ? ['DNS capture is taken to be on, as installed since 1.25'] : []
  return {
    kind: 'ambient',
    settings,
    via: 'labels and annotations of the pod (ambient)',
    notes,
    minor,
  }
}

/** What injection would do with a pod that does not exist yet, and what it would fill in. */
export interface PredictedInjection {
  readonly mode: 'sidecar' | 'ambient' | 'none'
  readonly because: string
  readonly defaults: CaptureDefaults
  /** The CNI plugin sets up the rules of such pods. */
  readonly cni: boolean
  readonly native: boolean
  readonly minor?: number
}

/** Rules of a pod that brings istio-init: from what it logged, else from its arguments and environment. */
function fromInit(
  pod: PodModel,
  init: Container,
  logged: Readonly<Record<string, string>>,
  resolvers: readonly string[],
  release: {readonly minor?: number},
): Expectation {
  const settings = settingsFromInit(initWords(init), init.env, {resolvers, addresses: pod.status?.podIps ?? []})
  if (hasEffectiveSettings(logged)) {
    // The log names every effective value but the range of loopback addresses.
    const effective = {...settingsFromLog(logged), loopback4: settings.loopback4}
    return {kind: 'sidecar', settings: effective, via: "istio-init's log", notes: [], ...release}
  }
  const guessed =
    settings.dns && !settings.dnsAll ? ["the resolvers of the pod's resolv.conf are taken from its rules"] : []
  return {
    kind: 'sidecar',
    settings,
    ...definedFields({script: /proxy_init\b/.test(init.image) ? true : undefined}),
    via: 'the arguments and environment of istio-init',
    notes: [...guessed, ...wrongValues(settings).map(({what}) => what)],
    ...release,
  }
}

/** Rules of the pods of a template that injection completes. */
function fromPrediction(
  pod: PodModel,
  predicted: PredictedInjection | undefined,
  minor: number | undefined,
): Expectation {
  const {mode, because, defaults, cni = false, native = false} = predicted ?? {}
  const known = minor ?? predicted?.minor
  if (mode === 'none') return {kind: 'none', why: `the pod would get no sidecar (${because})`}
  if (mode === 'ambient') return ambientExpectation(pod, known)
  const settings = settingsFromAnnotations(pod, cni ? 'cni' : 'template', defaults)
  return {
    kind: 'sidecar',
    settings: {...settings, native},
    via: `annotations, as the ${cni ? 'CNI plugin' : 'injection template'} reads them`,
    notes: ['the pod does not exist yet'],
    minor: known,
  }
}

/**
 * Works out what a pod's rules should come from, best source first: the effective values istio-init logged, its arguments and environment,
 * what the CNI plugin derives from annotations, what the template would write. Nothing is expected of pods that injection skips.
 */
export function expectationFor(
  pod: PodModel,
  logged: Readonly<Record<string, string>>,
  resolvers: readonly string[],
  predicted?: PredictedInjection,
): Expectation {
  const init = pod.containers.find(({name}) => name === 'istio-init')
  const proxy = pod.containers.find(({name}) => name === 'istio-proxy')
  const validation = pod.containers.find(({name}) => name === 'istio-validation')
  const minor = minorOf(init) ?? minorOf(proxy) ?? minorOf(validation)
  const release = definedFields({minor})
  if (annotation(pod, 'sidecar.istio.io/interceptionMode') === 'NONE')
    return {kind: 'none', why: 'its interception mode is NONE'}
  if (init !== undefined) return fromInit(pod, init, logged, resolvers, release)
  if (isOutsideKubernetes(pod)) return {kind: 'none', why: 'no container with the arguments of istio-init is known'}
  if (proxy !== undefined) {
    return {
      kind: 'sidecar',
      settings: settingsFromAnnotations(pod, 'cni'),
      via: 'annotations, as the CNI plugin reads them',
      notes: [],
      ...release,
    }
  }
  if (pod.hostNetwork) return {kind: 'none', why: 'hostNetwork pods get no sidecar and have no rules of their own'}
  const mode = pod.labels[DATAPLANE_LABEL]
  const redirected = isRedirected(pod.annotations)
  if (mode !== 'none' && (redirected || mode === 'ambient')) return ambientExpectation(pod, minor)
  if (!pod.exists) return fromPrediction(pod, predicted, minor)
  return {kind: 'none', why: 'it has no sidecar and is not in ambient mode'}
}
