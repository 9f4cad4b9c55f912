import {decideInjection} from '../../analysis/injection/decision.js'
import {driftOf} from '../../analysis/netfilter/drift/drift.js'
import {portMap} from '../../analysis/port-map/port-map.js'
import {boundPorts} from '../../analysis/service-ports/service-ports.js'
import {textOf} from '../../formats/decode.js'
import {parseCerts} from '../../formats/envoy-certs/parse.js'
import {parseYamlText} from '../../formats/kube-manifest/yaml-text.js'
import {type Answer, answered, missing} from '../../model/answer.js'
import type {EvidenceId} from '../../model/evidence.js'
import type {PodRef} from '../../model/kube-object.js'
import {injectedContainer, type PodModel} from '../../model/pod.js'
import {UserError} from '../../model/user-error.js'
import {FACT_WORDS, type FactName, type Facts, type Workload} from '../../rules/facts.js'
import type {Source} from '../../sources/source.js'
import {expectedFor} from '../iptables/expectation.js'
import {readKernel, whyUnread} from '../kernel/read-kernel.js'
import {readSockets} from '../pod-facts/sockets.js'
import type {IstiodAnswer} from '../proxy-status/istiods.js'
import type {ClusterLists} from './lists.js'

/** What one run shares between its pods. */
export interface CheckRun {
  readonly source: Source
  readonly lists: ClusterLists
  readonly istiods: () => Promise<Answer<readonly IstiodAnswer[]>>
  /** When the evidence was true: the time of capture, else now. */
  readonly at: Date
  /** False when evidence that needs a visit to each pod must not be fetched. */
  readonly deep: boolean
}

/** Fetches a fact of one workload, each at most once. */
export interface FactBook {
  fact<N extends FactName>(name: N): Promise<Answer<Facts[N]>>
}

interface PodContext extends FactBook {
  readonly run: CheckRun
  readonly workload: Workload
}

function refOf(pod: PodModel): PodRef {
  return {namespace: pod.object.namespace, name: pod.object.name}
}

/** Nothing to visit for a template; and only what was allowed for a fleet. */
function cannotVisit({run, workload}: PodContext, name: FactName): Answer<never> | undefined {
  const what = FACT_WORDS[name]
  if (!workload.pod.exists) return missing(what, 'not-captured', 'a manifest shows no running pod')
  if (!run.deep) return missing(what, 'not-captured', 'pods are not visited without --deep')
  return undefined
}

async function text(context: PodContext, name: FactName, id: EvidenceId): Promise<Answer<string>> {
  const barred = cannotVisit(context, name)
  if (barred !== undefined) return barred
  const answer = await context.run.source.evidence(id, refOf(context.workload.pod))
  return answer.ok ? answered(Buffer.from(answer.value.bytes).toString('utf8')) : answer
}

async function injection({run, workload: {pod, version}}: PodContext): Promise<Answer<Facts['injection']>> {
  const [namespace, webhooks, injectors] = await Promise.all([
    run.lists.namespace(pod.object.namespace),
    run.lists.webhooks(),
    run.lists.injectors(),
  ])
  if (!namespace.ok) return namespace
  if (!webhooks.ok) return webhooks
  const known = {namespace: namespace.value, webhooks: webhooks.value, injectors: injectors.ok ? injectors.value : []}
  return answered(decideInjection({pod, ...known, ...(version === undefined ? {} : {version})}))
}

async function ports(context: PodContext): Promise<Answer<Facts['ports']>> {
  const [sockets, services] = await Promise.all([context.fact('sockets'), context.fact('services')])
  if (!sockets.ok) return sockets
  if (!services.ok) return services
  const {pod, mode, version} = context.workload
  const bound = boundPorts(pod, services.value)
  return answered(portMap({pod, mode, bound, sockets: sockets.value, ...(version === undefined ? {} : {version})}))
}

async function certificates(context: PodContext): Promise<Answer<Facts['certificates']>> {
  const barred = cannotVisit(context, 'certificates')
  if (barred !== undefined) return barred
  const page = await context.run.source.evidence('envoy.certs', refOf(context.workload.pod))
  if (!page.ok) return page
  const parsed = parseCerts(page.value)
  const captured = new Date(page.value.provenance.capturedAt ?? '')
  return parsed.ok
    ? answered({all: parsed.value, at: Number.isNaN(captured.getTime()) ? context.run.at : captured})
    : parsed
}

async function controlPlane({run, workload: {pod}}: PodContext): Promise<Answer<Facts['controlPlane']>> {
  if (!pod.exists) return missing(FACT_WORDS.controlPlane, 'not-captured', 'a manifest shows no running pod')
  const answers = await run.istiods()
  if (!answers.ok) return answers
  const silent = answers.value.find(each => each.silent !== undefined)?.silent
  const spoke = answers.value.filter(each => each.silent === undefined)
  const id = `${pod.object.name}.${pod.object.namespace}`
  const connections = spoke.flatMap(each => each.proxies.filter(proxy => proxy.id === id))
  if (connections.length === 0 && silent !== undefined) {
    // Forwarding a port to istiod is more than reading: a check that visits nothing may well be without that right.
    const modest = !run.deep && silent.reason === 'forbidden'
    return {ok: false, gap: modest ? {...silent, reason: 'no-privilege'} : silent}
  }
  return answered({connections, istiods: spoke.length, istiodVersions: spoke.map(each => each.version), at: run.at})
}

/** The address in the proxy's configuration (PROXY_CONFIG, written by injection), else in the annotation, else the mesh's. */
async function discovery({run, workload: {pod}}: PodContext): Promise<Answer<Facts['discovery']>> {
  const env = injectedContainer(pod, 'istio-proxy')?.env.PROXY_CONFIG
  const annotation = pod.annotations['proxy.istio.io/config']
  const own = [env, annotation].map(text =>
    text === undefined ? undefined : textOf(parseYamlText(text), 'discoveryAddress'),
  )
  const mesh = await run.lists.mesh()
  const address = own[0] ?? own[1] ?? (mesh.ok ? mesh.value.discoveryAddress : undefined)
  if (address === undefined) return mesh.ok ? missing(FACT_WORDS.mesh, 'not-captured', 'no address') : mesh
  const from =
    own[0] !== undefined || own[1] !== undefined ? 'the proxy configuration of the pod' : 'the mesh configuration'
  const [, name, namespace] = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.[a-z0-9.-]+)?(?::\d+)?$/.exec(address) ?? []
  if (name === undefined || namespace === undefined) return answered({address, from, exists: undefined})
  const services = await run.lists.services(namespace)
  if (!services.ok) return services
  return answered({address, from, exists: services.value.some(({object}) => object.name === name)})
}

/** The rules as they are now against those the pod should have; what istio-init wrote at its start is not what is there now. */
async function drift(context: PodContext): Promise<Answer<Facts['drift']>> {
  const barred = cannotVisit(context, 'drift')
  if (barred !== undefined) return barred
  const {source} = context.run
  const ref = refOf(context.workload.pod)
  const kernel = await readKernel(source, ref)
  if (kernel.rulesets.length === 0 || kernel.from !== 'live') {
    const why = whyUnread(kernel)
    return why === undefined ? missing(FACT_WORDS.drift, 'not-captured', 'nothing shows them') : {ok: false, gap: why}
  }
  try {
    const expected = await expectedFor(source, ref, kernel.rulesets, kernel.parameters)
    return answered({differences: driftOf(expected.rulesets, kernel.rulesets, kernel.machine), via: expected.via})
  } catch (error) {
    if (error instanceof UserError) return missing('the rules the pod should have', 'not-captured', error.message)
    throw error
  }
}

/** How the rules get into the pod: seen in the pod, else the CNI's DaemonSet, else the injector's values. */
async function cni({run, workload: {pod}}: PodContext): Promise<Answer<Facts['cni']>> {
  if (injectedContainer(pod, 'istio-init') !== undefined)
    return answered({inUse: false, because: 'the pod has istio-init'})
  if (injectedContainer(pod, 'istio-validation') !== undefined) {
    return answered({inUse: true, because: 'the pod has istio-validation and no istio-init'})
  }
  const [sets, injectors] = await Promise.all([run.lists.daemonSets(), run.lists.injectors()])
  if (sets.ok && sets.value.some(({metadata}) => metadata.name.startsWith('istio-cni-node'))) {
    return answered({inUse: true, because: 'the DaemonSet istio-cni-node exists'})
  }
  if (!injectors.ok) return injectors
  const inUse = injectors.value.some(each => each.cni)
  return answered({inUse, because: `the injector's values say cni ${inUse ? 'is' : 'is not'} enabled`})
}

type Fetchers = {readonly [N in FactName]: (context: PodContext) => Promise<Answer<Facts[N]>>}

const FETCH: Fetchers = {
  namespace: ({run, workload}) => run.lists.namespace(workload.pod.object.namespace),
  services: ({run, workload}) => run.lists.services(workload.pod.object.namespace),
  webhooks: ({run}) => run.lists.webhooks(),
  injection,
  mesh: ({run}) => run.lists.mesh(),
  peerAuthentications: ({run}) => run.lists.peerAuthentications(),
  destinationRules: ({run}) => run.lists.destinationRules(),
  sockets: async context =>
    cannotVisit(context, 'sockets') ?? (await readSockets(context.run.source, refOf(context.workload.pod))),
  ports,
  certificates,
  proxyLog: context => text(context, 'proxyLog', 'log.istio-proxy'),
  initLog: context => text(context, 'initLog', 'log.istio-init'),
  controlPlane,
  discovery,
  drift,
  cni,
}

/** The facts of one workload, fetched when first asked for. */
export function factBook(run: CheckRun, workload: Workload): FactBook {
  const held = new Map<FactName, Promise<Answer<unknown>>>()
  const context: PodContext = {
    run,
    workload,
    fact<N extends FactName>(name: N): Promise<Answer<Facts[N]>> {
      const known = (held.get(name) as Promise<Answer<Facts[N]>> | undefined) ?? FETCH[name](context)
      held.set(name, known)
      return known
    },
  }
  return context
}
