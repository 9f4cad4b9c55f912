import {type Answer, answered, missing} from '../../model/evidence/answer.js'
import {
  type Artifact,
  type EvidenceId,
  type EvidenceRow,
  evidenceRow,
  type Provenance,
} from '../../model/evidence/evidence.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {methodFor} from '../admin-method.js'
import {type ExecOutcome, execAnswer, succeeded} from '../exec-answer.js'
import type {ObjectQuery, Origin, Source} from '../source.js'

/** How to reach a network namespace without Kubernetes, and what is known about who lives in it. */
export interface HostAccess {
  readonly kind: Origin['kind']
  /** As the user named it: `netns web`, `docker web`. */
  readonly label: string
  /** Runs a command of the evidence catalogue in the network namespace. */
  readonly run: (argv: readonly string[], maxBytes: number) => Promise<ExecOutcome>
  /** Reads a page of a port on the loopback interface of the namespace, with the method the page takes. */
  readonly get: (port: number, path: string, maxBytes: number) => Promise<ExecOutcome>
  /** The processes in it, as ps prints them; absent where a command of the catalogue lists exactly those. */
  readonly processes?: () => Promise<ExecOutcome>
  /** The log of the container that plays this part (`istio-proxy`, `istio-init`); absent where there are no containers. */
  readonly log?: (container: string, maxBytes: number) => Promise<ExecOutcome | undefined>
  /** The workload in the namespace, in the form of a pod. */
  readonly pod: () => Promise<Answer<KubeObject>>
}

/** Why objects and istiod's pages are missing here. */
export const NO_KUBERNETES = 'has no Kubernetes'

/** A source whose only object is the workload in one network namespace. */
export function oneNamespace(
  kind: Origin['kind'],
  label: string,
  pod: () => Promise<Answer<KubeObject>>,
  evidence: (id: EvidenceId) => Promise<Answer<Artifact>>,
): Source {
  async function objects(query: ObjectQuery): Promise<Answer<readonly KubeObject[]>> {
    if (query.kind !== 'Pod') return missing(`${query.kind} objects`, 'not-applicable', `${label} ${NO_KUBERNETES}`)
    const found = await pod()
    return found.ok ? answered([found.value]) : found
  }

  return {
    origin: {kind, label},
    traits: {live: true, complete: true},
    defaultNamespace: '',
    impliedSubject: {namespace: '', name: label, implied: true},
    offers: () => ['kernel rules, sockets, addresses, routes, processes', "Envoy's admin pages"],
    objects,
    evidence,
    close: async () => {},
  }
}

/** A source for one network namespace outside Kubernetes: commands, Envoy's admin pages, logs, and the workload as a pod. */
export function hostSource(access: HostAccess, adminPort: number): Source {
  const {kind, label} = access
  const from = (): Provenance => ({from: label, capturedAt: new Date().toISOString()})

  async function commands(id: EvidenceId, tries: readonly (readonly string[])[], maxBytes: number) {
    const outcomes: ExecOutcome[] = []
    for (const argv of tries) {
      const outcome = await access.run(argv, maxBytes)
      outcomes.push({...outcome, argv})
      if (succeeded(outcome)) break
    }
    return execAnswer(id, outcomes, from())
  }

  async function log(id: EvidenceId, container: string, maxBytes: number): Promise<Answer<Artifact>> {
    const {title} = evidenceRow(id)
    const outcome = await access.log?.(container, maxBytes)
    if (outcome === undefined) return missing(title, 'not-applicable', `${label} has no container ${container}`)
    return execAnswer(id, [outcome], {...from(), container})
  }

  async function evidence(id: EvidenceId): Promise<Answer<Artifact>> {
    const {how, maxBytes, title}: EvidenceRow = evidenceRow(id)
    if (id === 'net.processes' && access.processes !== undefined)
      return execAnswer(id, [await access.processes()], from())
    if (how.via === 'exec') return await commands(id, how.tries, maxBytes)
    if (how.via === 'log') return await log(id, how.container, maxBytes)
    if (how.via !== 'admin') return missing(title, 'not-applicable', `${label} ${NO_KUBERNETES}`)
    const outcome = await access.get(adminPort, how.path, maxBytes)
    if (succeeded(outcome)) return answered({id, bytes: outcome.stdout, provenance: {...from(), path: how.path}})
    const why = outcome.stderr.trim().split('\n')[0] ?? ''
    return missing(
      title,
      'unreachable',
      `${methodFor(how.path)} 127.0.0.1:${adminPort}/${how.path} in ${label}: ${why}`,
    )
  }

  return oneNamespace(kind, label, access.pod, evidence)
}
