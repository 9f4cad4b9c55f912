import type {IstiodAnswer} from '../../../evidence/control-plane/istiods.js'
import {textOf} from '../../../formats/decode.js'
import {parseYamlText} from '../../../formats/kube-manifest/yaml-text.js'
import {definedFields} from '../../../model/collections/defined-fields.js'
import {groupedBy} from '../../../model/collections/grouped-by.js'
import {type Answer, answered, missing} from '../../../model/evidence/answer.js'
import {PROXY_CONFIG_ANNOTATION} from '../../../model/istio/mesh-keys.js'
import type {ProxyConnection} from '../../../model/istio/sync-state.js'
import {injectedContainer} from '../../../model/kube/pod.js'
import {FACT_LABELS, type Facts} from '../../../rules/facts.js'
import type {PodContext} from './context.js'

/** The index by proxy of each answer: a fleet looks up thousands of proxies. */
const CONNECTIONS = new WeakMap<IstiodAnswer, ReadonlyMap<string, readonly ProxyConnection[]>>()

function connectionsOf(answer: IstiodAnswer): ReadonlyMap<string, readonly ProxyConnection[]> {
  const known = CONNECTIONS.get(answer)
  if (known !== undefined) return known
  const made = groupedBy(answer.proxies, ({id}) => id)
  CONNECTIONS.set(answer, made)
  return made
}

/** What the istiod replicas report about the pod's proxy. */
export async function controlPlane({run, workload: {pod}}: PodContext): Promise<Answer<Facts['controlPlane']>> {
  if (!pod.exists) return missing(FACT_LABELS.controlPlane, 'not-captured', 'a manifest has no running pod')
  const answers = await run.istiods()
  if (!answers.ok) return answers
  const silent = answers.value.find(each => each.silent !== undefined)?.silent
  const spoke = answers.value.filter(each => each.silent === undefined)
  const id = `${pod.object.name}.${pod.object.namespace}`
  const connections = spoke.flatMap(each =>
    (connectionsOf(each).get(id) ?? []).map(proxy => ({...proxy, istiodVersion: each.version})),
  )
  if (connections.length === 0 && silent !== undefined) {
    // Port forwarding needs more than read permission; a check without --deep may lack it.
    const lacksPrivilege = !run.deep && silent.reason === 'forbidden'
    return {ok: false, gap: lacksPrivilege ? {...silent, reason: 'no-privilege'} : silent}
  }
  return answered({connections, istiods: spoke.length, namespace: run.istioNamespace, at: run.at})
}

/** The address in the proxy's configuration (PROXY_CONFIG, written by injection), else in the annotation, else the mesh's. */
export async function discovery({run, fact, workload: {pod}}: PodContext): Promise<Answer<Facts['discovery']>> {
  const env = injectedContainer(pod, 'istio-proxy')?.env.PROXY_CONFIG
  const annotation = pod.annotations[PROXY_CONFIG_ANNOTATION]
  const own = [env, annotation].map(text =>
    text === undefined ? undefined : textOf(parseYamlText(text), 'discoveryAddress'),
  )
  const mesh = await fact('mesh')
  const address = own[0] ?? own[1] ?? (mesh.ok ? mesh.value.discoveryAddress : undefined)
  if (address === undefined) return mesh.ok ? missing(FACT_LABELS.mesh, 'not-captured', 'no address') : mesh
  const from =
    own[0] !== undefined || own[1] !== undefined ? 'the proxy configuration of the pod' : 'the mesh configuration'
  const [, name, namespace] = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.[a-z0-9.-]+)?(?::\d+)?$/.exec(address) ?? []
  if (name === undefined || namespace === undefined) return answered({address, from, exists: undefined})
  const [services, home] = await Promise.all([
    run.objects.list('services', namespace),
    run.objects.namespace(namespace),
  ])
  if (!services.ok) return services
  const exists = services.value.some(({object}) => object.name === name)
  return answered({
    address,
    from,
    // Given files may lack the Services of the control plane.
    exists: !exists && !run.source.traits.complete ? undefined : exists,
    home: {namespace, ...definedFields({labels: home.ok ? home.value.labels : undefined})},
  })
}
