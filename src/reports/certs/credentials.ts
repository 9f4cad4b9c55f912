import type {MeshPod} from '../../analysis/request-path/world.js'
import type {PresentState} from '../../evidence/predicted-mesh/present.js'
import {listOf, textMapOf, textOf, textsOf} from '../../formats/decode.js'
import {parseSections} from '../../formats/envoy-config-dump/parse.js'
import {decodeSecrets} from '../../formats/envoy-config-dump/secrets.js'
import {onceByKey} from '../../model/collections/once.js'
import type {EnvoySecret} from '../../model/envoy/envoy-secret.js'
import {type PodRef, podLabel} from '../../model/kube/kube-object.js'
import {matchesLabels, requirementsOf} from '../../model/kube/selector.js'
import type {Source} from '../../sources/source.js'

export type CredentialStatus = 'OK' | 'EXPIRES SOON' | 'EXPIRED' | 'NOT YET VALID' | 'NOT RECEIVED' | 'UNKNOWN'

/** A Secret a gateway shows to its clients: by its name alone, its data is not read. */
export interface GatewayCredential {
  readonly pod: PodRef
  /** `NAMESPACE/NAME`. */
  readonly secret: string
  /** The Gateways that name it, as `NAMESPACE/NAME`; none when only the proxy does (Gateway API). */
  readonly gateways: readonly string[]
  readonly status: CredentialStatus
  readonly validTo: string | undefined
}

/** istiod hands out Secrets of Kubernetes under these names (Istio, pkg/security: KubernetesSecretTypeURI, KubernetesGatewaySecretTypeURI). */
const NAME = /^kubernetes(?:-gateway)?:\/\/(.+)$/

/** A Secret without a namespace is in that of the gateway's pod. */
function inFull(name: string, pod: MeshPod): string {
  return name.includes('/') ? name : `${pod.ref.namespace}/${name}`
}

/** The Secrets that Gateways name for a pod, with those Gateways. */
function named({state}: PresentState, pod: MeshPod): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>()
  for (const object of state.objects('Gateway')) {
    if (!matchesLabels(requirementsOf(textMapOf(object, 'spec', 'selector')), pod.labels)) continue
    const {namespace = 'default', name} = object.metadata
    const names = listOf(object, 'spec', 'servers').flatMap(server => [
      ...[textOf(server, 'tls', 'credentialName') ?? ''].filter(each => each !== ''),
      ...textsOf(server, 'tls', 'credentialNames'),
    ])
    for (const each of new Set(names.map(word => inFull(word, pod))))
      found.set(each, [...(found.get(each) ?? []), `${namespace}/${name}`])
  }
  return found
}

/** The secrets section of the configuration of a pod's proxy; undefined when it could not be read. */
export type SecretsOf = (pod: MeshPod) => Promise<unknown>

/** Reads the secrets sections of proxies; of a gateway, which several questions ask for, once. */
export function secretsReader(source: Source): SecretsOf {
  const once = onceByKey<Promise<unknown>>()
  const read = async ({ref}: MeshPod) => {
    const artifact = await source.evidence('envoy.config_dump', ref, {sections: ['secrets']})
    const dump = artifact.ok ? parseSections(artifact.value, ['Secrets']) : artifact
    return dump.ok ? (dump.value.sections.get('Secrets') ?? {}) : undefined
  }
  return pod => (pod.mode === 'gateway' ? once(podLabel(pod.ref), () => read(pod)) : read(pod))
}

/** The Secrets in the proxy, by name; undefined when its configuration could not be read. */
function held(section: unknown, pod: MeshPod): ReadonlyMap<string, EnvoySecret> | undefined {
  if (section === undefined) return undefined
  return new Map(
    decodeSecrets(section).flatMap(secret => {
      const name = NAME.exec(secret.name)?.[1]
      return name === undefined || name.endsWith('-cacert') ? [] : [[inFull(name, pod), secret] as const]
    }),
  )
}

function statusOf(secret: EnvoySecret | undefined, now: number, warn: number): CredentialStatus {
  const {certificate} = secret ?? {}
  if (certificate === undefined) return 'NOT RECEIVED'
  if (now > certificate.notAfter.getTime()) return 'EXPIRED'
  if (now < certificate.notBefore.getTime()) return 'NOT YET VALID'
  return certificate.notAfter.getTime() - now < warn ? 'EXPIRES SOON' : 'OK'
}

/** The Secrets of every gateway among the pods: those its Gateways name, and those its proxy has or waits for. */
export async function gatewayCredentials(
  secretsOf: SecretsOf,
  present: PresentState,
  pods: readonly MeshPod[],
  {now, warn}: {readonly now: number; readonly warn: number},
): Promise<readonly GatewayCredential[]> {
  const found: GatewayCredential[] = []
  for (const pod of pods.filter(each => each.mode === 'gateway')) {
    const wanted = named(present, pod)
    const there = held(await secretsOf(pod), pod)
    for (const secret of [...new Set([...wanted.keys(), ...(there?.keys() ?? [])])].sort())
      found.push({
        pod: pod.ref,
        secret,
        gateways: wanted.get(secret) ?? [],
        status: there === undefined ? 'UNKNOWN' : statusOf(there.get(secret), now, warn),
        validTo: there?.get(secret)?.certificate?.notAfter.toISOString(),
      })
  }
  return found
}
