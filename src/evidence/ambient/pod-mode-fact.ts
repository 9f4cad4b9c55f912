import {type ModeEvidence, type ModeFact, modeFact} from '../../analysis/pod-mode/mode-evidence.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import type {Ruleset} from '../../model/kernel/ruleset.js'
import type {PodModel} from '../../model/kube/pod.js'
import type {Source} from '../../sources/source.js'
import {readKernel} from '../kernel/read-kernel.js'
import {readSockets} from '../pod/sockets.js'
import {istiodWord} from './istiod-word.js'
import {probeSet} from './probe-set.js'
import {readZtunnel} from './read-ztunnel.js'
import {ztunnelOn} from './ztunnels.js'

async function ztunnelOf(source: Source, pod: PodModel, istioNamespace: string): Promise<ModeEvidence['ztunnel']> {
  const {node} = pod.status ?? {}
  if (node === undefined) return undefined
  const found = await ztunnelOn(source, node, istioNamespace)
  if (!found.ok) return undefined
  const dump = await readZtunnel(source, found.value.ref)
  return dump === undefined ? undefined : {name: found.value.ref.name, dump}
}

/** What an istiod says of a pod that runs: before, and afterwards, it sends none. */
async function istiodOf(
  source: Source,
  {object, status}: PodModel,
  istioNamespace: string,
): Promise<ModeEvidence['istiod']> {
  if (status?.phase !== 'Running') return undefined
  const word = await istiodWord(source, istioNamespace)
  if (word === undefined) return undefined
  return {name: word.name, ...definedFields({workload: word.workloads.get(`${object.namespace}/${object.name}`)})}
}

/** Whether an address of a running pod is in the probe set of its node. */
async function isInProbeSet(source: Source, {status, hostNetwork}: PodModel): Promise<boolean | undefined> {
  const {node, phase, podIps = []} = status ?? {}
  if (node === undefined || phase !== 'Running' || hostNetwork) return undefined
  const members = await probeSet(source, node)
  return members?.some(entry => podIps.includes(entry))
}

/** Tables that redirect: chains without rules and those of table raw redirect nothing. */
const REDIRECTING = /(?:nat|mangle)$/

/** Chains of IPv4, or of IPv6 where nothing else is known. */
function redirectingChains(rulesets: readonly Ruleset[]): readonly string[] {
  const v4 = rulesets.filter(({family}) => family !== 'ip6')
  return (v4.length > 0 ? v4 : rulesets).flatMap(({tables}) =>
    tables
      .filter(({name}) => REDIRECTING.test(name))
      .flatMap(({chains}) => chains.filter(({rules}) => rules.length > 0).map(({name}) => name)),
  )
}

/** How a pod takes part in the mesh, by its object, its namespace, its kernel rules and sockets, and the ztunnel of its node, as far as each can be read. */
export async function readModeFact(source: Source, pod: PodModel, istioNamespace: string): Promise<ModeFact> {
  const {namespace, name} = pod.object
  const ref = {namespace, name}
  const [namespaces, kernel, sockets, ztunnel, istiod, inProbeSet] = await Promise.all([
    source.objects({kind: 'Namespace', name: namespace}),
    pod.hostNetwork ? undefined : readKernel(source, ref),
    pod.hostNetwork ? undefined : readSockets(source, ref),
    ztunnelOf(source, pod, istioNamespace),
    istiodOf(source, pod, istioNamespace),
    isInProbeSet(source, pod),
  ])
  const labels = namespaces.ok
    ? namespaces.value.find(({metadata}) => metadata.name === namespace)?.metadata.labels
    : undefined
  const chains = kernel === undefined ? undefined : redirectingChains(kernel.rulesets)
  return modeFact(pod, {
    ...definedFields({
      namespaceLabels: labels,
      chains:
        kernel === undefined || kernel.from !== 'live' || chains === undefined || kernel.rulesets.length === 0
          ? undefined
          : chains,
      listening:
        sockets?.ok === true
          ? sockets.value.sockets.filter(({protocol}) => protocol.startsWith('tcp')).map(({port}) => port)
          : undefined,
      ztunnel,
      istiod,
      inProbeSet,
    }),
  })
}
