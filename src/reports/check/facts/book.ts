import {type Answer, answered, missing} from '../../../model/answer.js'
import type {Artifact} from '../../../model/evidence.js'
import {FACT_LABELS, type FactName, type Facts, type Workload} from '../../../rules/facts.js'
import {RULES} from '../../../rules/registry.js'
import type {Source} from '../../../sources/source.js'
import {certificates} from './certificates.js'
import {cni} from './cni.js'
import {cniExcluded, cniRelease} from './cni-plugin.js'
import {connections} from './connections.js'
import {type CheckRun, cannotVisit, type FactBook, type PodContext} from './context.js'
import {controlPlane} from './control-plane.js'
import {discovery} from './discovery.js'
import {drift} from './drift.js'
import {injection} from './injection.js'
import {interfaces} from './interfaces.js'
import {kernel} from './kernel.js'
import {namedElsewhere} from './named-elsewhere.js'
import {podLog} from './pod-log.js'
import {ports} from './ports.js'
import {sidecar} from './sidecar.js'
import {sockets} from './sockets.js'

const RULE_NAMES = new Set(
  RULES.flatMap(({code, slug, aliases}) => [code, slug, ...aliases]).map(name => name.toLowerCase()),
)

type Fetchers = {readonly [N in FactName]: (context: PodContext) => Promise<Answer<Facts[N]>>}

/** How each fact is fetched: one row, one file when it takes more than a line. */
const FETCH: Fetchers = {
  namespace: ({run, workload}) => run.lists.namespace(workload.pod.object.namespace),
  services: ({run, workload}) => run.lists.services(workload.pod.object.namespace),
  namedElsewhere,
  webhooks: ({run}) => run.lists.webhooks(),
  injection,
  injectors: ({run}) => run.lists.injectors(),
  mesh: ({run}) => run.lists.mesh(),
  peerAuthentications: ({run}) => run.lists.peerAuthentications(),
  destinationRules: ({run}) => run.lists.destinationRules(),
  sockets,
  authorizationPolicies: ({run}) => run.lists.authorizationPolicies(),
  requestAuthentications: ({run}) => run.lists.requestAuthentications(),
  serviceEntries: ({run}) => run.lists.serviceEntries(),
  sidecars: ({run}) => run.lists.sidecars(),
  envoyFilters: ({run}) => run.lists.envoyFilters(),
  ruleNames: async () => answered(RULE_NAMES),
  networkPolicies: ({run, workload}) => run.lists.networkPolicies(workload.pod.object.namespace),
  nodes: ({run}) => run.lists.nodes(),
  ports,
  connections: async context => cannotVisit(context, 'connections') ?? (await connections(context)),
  certificates,
  proxyLog: context => podLog(context, 'proxyLog', 'log.istio-proxy'),
  initLog: context => podLog(context, 'initLog', 'log.istio-init'),
  controlPlane,
  discovery,
  drift,
  kernel,
  interfaces: async context => cannotVisit(context, 'interfaces') ?? (await interfaces(context)),
  sidecar,
  status: async ({workload: {pod}}) =>
    pod.status === undefined
      ? missing(FACT_LABELS.status, 'not-captured', 'a manifest shows no running pod')
      : answered(pod.status),
  cni,
  cniRelease,
  cniExcluded,
}

/** A source that reads each piece of whole evidence once: several facts rest on the same, and each reading visits the pod. */
function remembering(source: Source): Source {
  const held = new Map<string, Promise<Answer<Artifact>>>()
  return {
    ...source,
    evidence(id, pod, query) {
      if (query !== undefined) return source.evidence(id, pod, query)
      const key = `${id} ${pod.namespace}/${pod.name}`
      const known = held.get(key) ?? source.evidence(id, pod)
      held.set(key, known)
      return known
    },
  }
}

/** The facts of one workload, fetched when first asked for. */
export function factBook(shared: CheckRun, workload: Workload): FactBook {
  const held = new Map<FactName, Promise<Answer<unknown>>>()
  const run: CheckRun = {...shared, source: remembering(shared.source)}
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
