import {compareConfigs} from '../../analysis/config-diff/compare.js'
import {readZtunnel} from '../../evidence/ambient/read-ztunnel.js'
import {readAmbientObjects} from '../../evidence/mesh-world/ambient-objects.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {ztunnelConfig} from '../../istiod/ambient/ztunnel-config.js'
import type {ConfigSection, ProxyConfig, Resources} from '../../model/envoy/config-change.js'
import type {ZtunnelDump, ZtunnelMatch} from '../../model/istio/ztunnel.js'
import {type PodRef, podLabel} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {type DiffReport, differs} from './report.js'

/** Namespaces that both sides know: those with pods among the objects. */
type Known = (namespace: string) => boolean

/** A match with the lists that ask for something. */
function withoutEmpty(match: ZtunnelMatch): Partial<ZtunnelMatch> {
  return Object.fromEntries(Object.entries(match).filter(([, values]) => values.length > 0))
}

/** What requests depend on, of pods and Services; rules without clauses said twice, in one order. */
function configOf({workloads, services, policies}: ZtunnelDump, known: Known): ProxyConfig {
  const pods = workloads.filter(each => known(each.namespace) && each.uid.includes('//Pod/'))
  const healthy = new Map(workloads.map(each => [each.uid, each] as const))
  const endpointsOf = (service: ZtunnelDump['services'][number]) =>
    Object.fromEntries(
      Object.values(service.endpoints).flatMap(({workloadUid, port}) => {
        const workload = healthy.get(workloadUid)
        return workload?.status === 'Healthy' ? [[workload.workloadIps[0] ?? workload.hostname, port] as const] : []
      }),
    )
  const named = <T extends {readonly namespace: string; readonly name: string}>(each: T) =>
    `${each.namespace}/${each.name}`
  return {
    sections: new Map<ConfigSection, Resources>([
      [
        'workloads',
        new Map<string, unknown>(
          pods.map(each => [
            named(each),
            {
              addresses: each.workloadIps,
              protocol: each.protocol,
              waypoint: each.waypoint?.destination ?? null,
              serviceAccount: each.serviceAccount,
              node: each.node,
              status: each.status,
              policies: [...each.authorizationPolicies].sort(),
            },
          ]),
        ),
      ],
      [
        'services',
        new Map<string, unknown>(
          services
            .filter(each => known(each.namespace))
            .map(each => [
              `${each.namespace}/${each.hostname}`,
              {
                addresses: [...each.vips].sort(),
                ports: Object.keys(each.ports).sort(),
                waypoint: each.waypoint?.destination ?? null,
                endpoints: endpointsOf(each),
              },
            ]),
        ),
      ],
      [
        'policies',
        new Map<string, unknown>(
          policies
            .filter(each => known(each.namespace))
            .map(each => [
              named(each),
              {
                scope: each.scope,
                action: each.action,
                rules: each.rules
                  .map(rule => [...new Set(rule.map(clause => JSON.stringify(clause.map(withoutEmpty))))].sort())
                  .sort(),
              },
            ]),
        ),
      ],
    ]),
    absent: new Map(),
    own: [],
  }
}

/**
 * Compares what istiod sends a ztunnel by the objects (first side) with what the ztunnel has (second side): workloads, Services and
 * policies of the namespaces whose pods are known; undefined where the ztunnel was not read.
 */
export async function ztunnelDiffReport(
  given: Source,
  pod: PodRef,
  istioNamespace: string,
): Promise<DiffReport | undefined> {
  const source = noted(given)
  const held = await readZtunnel(source, pod)
  if (held === undefined) return undefined
  const {objects, gaps} = await readAmbientObjects(source, istioNamespace)
  const homes = new Set(objects.pods.map(({model}) => model.object.namespace))
  const known = (namespace: string) => homes.has(namespace) && namespace !== objects.state.settings.rootNamespace
  const derived = ztunnelConfig(objects)
  const comparison = compareConfigs(configOf(derived, known), configOf(held, known), false)
  const [first, second] = ['the objects', podLabel(pod)]
  const pair = {
    name: podLabel(pod),
    first,
    second,
    comparison,
    groups:
      comparison.differences.length === 0
        ? []
        : [
            {
              cause: {title: 'What ztunnel has is not what the objects ask for', sure: true},
              differences: comparison.differences,
            },
          ],
    remarks: new Map<string, string>(),
    syncProblems: [],
  }
  const result = {pairs: [pair], onlyFirst: [], onlySecond: []}
  return {
    ...result,
    ...answeredFrom(source),
    gaps,
    notes: [
      'what istiod sends a ztunnel is derived from the objects; pods and policies of the root namespace are not compared',
    ],
    kind: 'control-plane',
    first,
    second,
    failing: differs(result),
  }
}
