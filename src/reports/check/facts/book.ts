import {objectsUse} from '../../../evidence/provenance.js'
import {onceByKey} from '../../../model/collections/once.js'
import {type Answer, answered, missing} from '../../../model/evidence/answer.js'
import type {Artifact} from '../../../model/evidence/evidence.js'
import {isOutsideKubernetes} from '../../../model/kube/container-facts.js'
import {
  FACT_LABELS,
  type FactName,
  type Facts,
  type FetchedFactName,
  isObjectFact,
  type Workload,
} from '../../../rules/facts.js'
import {RULES} from '../../../rules/registry.js'
import type {Source} from '../../../sources/source.js'
import {cni, cniExcluded, cniRelease} from './cni.js'
import type {CheckRun, FactResolver, PodContext} from './context.js'
import {controlPlane, discovery} from './control-plane.js'
import {factProvenance} from './fact-provenance.js'
import {injection, membership} from './injection.js'
import {drift, kernel} from './kernel.js'
import {nodeAgents} from './node-agents.js'
import {
  certificates,
  connections,
  initLog,
  interfaces,
  pendingSecrets,
  proxyLog,
  sidecar,
  sockets,
  status,
} from './pod-evidence.js'
import {namedElsewhere, ports} from './ports.js'
import {waypoints} from './waypoints.js'

const RULE_NAMES = new Set(
  RULES.flatMap(({code, slug, aliases}) => [code, slug, ...aliases]).map(name => name.toLowerCase()),
)

type Fetchers = {readonly [N in FetchedFactName]: (context: PodContext) => Promise<Answer<Facts[N]>>}

/** The fetcher of each fact that is not a list of objects. */
const FETCHERS: Fetchers = {
  namespace: ({run, workload}) => run.objects.namespace(workload.pod.object.namespace),
  namedElsewhere,
  injection,
  injectors: ({run}) => run.objects.settings.injectors(),
  mesh: ({run}) => run.objects.settings.mesh(),
  ruleNames: async () => answered(RULE_NAMES),
  sockets,
  ports,
  connections,
  certificates,
  pendingSecrets,
  proxyLog,
  initLog,
  controlPlane,
  discovery,
  drift,
  kernel,
  interfaces,
  waypoints,
  nodeAgents,
  membership,
  sidecar,
  status,
  cni,
  cniRelease,
  cniExcluded,
}

/** Facts that only Kubernetes, or a control plane in it, has. */
const OF_KUBERNETES: ReadonlySet<FactName> = new Set<FactName>([
  'namespace',
  'namedElsewhere',
  'injection',
  'injectors',
  'mesh',
  'controlPlane',
  'discovery',
  'waypoints',
  'nodeAgents',
  'cni',
  'cniRelease',
  'cniExcluded',
])

async function fetched(context: PodContext, name: FactName): Promise<Answer<unknown>> {
  if (isOutsideKubernetes(context.workload.pod) && (isObjectFact(name) || OF_KUBERNETES.has(name)))
    return missing(FACT_LABELS[name], 'not-applicable', 'no Kubernetes runs this workload')
  return isObjectFact(name)
    ? context.run.objects.list(name, context.workload.pod.object.namespace)
    : FETCHERS[name](context)
}

/** A source that reads each piece of evidence once: several facts use the same, and each read is a call to the pod. */
function cachingSource(source: Source): Source {
  const once = onceByKey<Promise<Answer<Artifact>>>()
  return {
    ...source,
    evidence: (id, pod, query) =>
      query === undefined
        ? once(`${id} ${pod.namespace}/${pod.name}`, () => source.evidence(id, pod))
        : source.evidence(id, pod, query),
  }
}

/** The facts of one workload, fetched on first use. */
export function factResolver(shared: CheckRun, workload: Workload): FactResolver {
  const once = onceByKey<Promise<Answer<unknown>>>()
  const run: CheckRun = {...shared, source: cachingSource(shared.source)}
  const record = factProvenance()
  const {exists, workload: owner} = workload.pod
  const itself = objectsUse(shared.source, exists ? 'Pod' : owner.kind)
  const contextOf = (name: FactName): PodContext => ({
    run: record.watched(run, name),
    workload,
    fact: other => {
      record.restsOn(name, other)
      return fact(other)
    },
  })
  // The row or fetcher of a name returns the fact of that name.
  const fact = <N extends FactName>(name: N) =>
    once(name, () => fetched(contextOf(name), name)) as Promise<Answer<Facts[N]>>
  return {fact, provenance: names => [itself, ...record.of(names)]}
}
