import type {DestinationRuleModel, TrafficTls} from '../../model/istio/istio-policy.js'
import type {ServiceModel} from '../../model/kube/kube-service.js'

/** The host of a DestinationRule in full: a short name belongs to the rule's own namespace. */
function fullHost({host, object}: DestinationRuleModel, domain: string): string {
  return host.includes('.') || host.startsWith('*') ? host : `${host}.${object.namespace}.svc.${domain}`
}

function covers(rule: DestinationRuleModel, service: ServiceModel, domain: string): boolean {
  const {name, namespace} = service.object
  const full = `${name}.${namespace}.svc.${domain}`
  const host = fullHost(rule, domain)
  if (host === full || host === `${name}.${namespace}.svc` || host === `${name}.${namespace}`) return true
  return host.startsWith('*') && full.endsWith(host.slice(1))
}

function visible(rule: DestinationRuleModel): boolean {
  return rule.exportTo.length === 0 || rule.exportTo.some(each => each === '*')
}

/** What a DestinationRule makes clients send to a Service port, and where it says so. */
export interface DestinationTls extends TrafficTls {
  readonly rule: DestinationRuleModel
  readonly subset?: string
}

/**
 * The TLS settings that clients in the Service's own namespace use for a port of it: the rule with the exact host, else the longest wildcard,
 * oldest first; port settings replace the general ones entirely, and a subset's own replace both (istio.io, DestinationRule).
 */
export function clientTls(
  service: ServiceModel,
  port: number,
  rules: readonly DestinationRuleModel[],
  rootNamespace: string,
  domain: string,
): readonly DestinationTls[] {
  const fitting = (namespace: string, exported: boolean) =>
    rules
      .filter(
        rule =>
          rule.object.namespace === namespace &&
          !rule.hasWorkloadSelector &&
          covers(rule, service, domain) &&
          (!exported || visible(rule)),
      )
      .sort(
        (a, b) =>
          fullHost(b, domain).replace('*', '').length - fullHost(a, domain).replace('*', '').length ||
          (a.createdAt < b.createdAt ? -1 : 1),
      )
  const [rule] = [...fitting(service.object.namespace, false), ...fitting(rootNamespace, true)]
  if (rule === undefined) return []
  const base = Object.hasOwn(rule.portTls, String(port)) ? rule.portTls[String(port)] : rule.tls
  const subsets = rule.subsets.flatMap((subset): DestinationTls[] =>
    subset.tls === undefined ? [] : [{...subset.tls, rule, subset: subset.name}],
  )
  return [...(base === undefined ? [] : [{...base, rule}]), ...subsets]
}
