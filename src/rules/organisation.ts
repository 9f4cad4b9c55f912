import {selectingServices} from '../analysis/ports/service-ports.js'
import type {OwnRule} from '../formats/settings/check-config.js'
import {definedFields} from '../model/collections/defined-fields.js'
import {UserError} from '../model/evidence/user-error.js'
import {POD_MODES} from '../model/istio/pod-mode.js'
import type {ServiceModel} from '../model/kube/kube-service.js'
import {readCondition} from './condition.js'
import type {Facts, Workload} from './facts.js'
import {conditionHolds, ownFinding, ownRuleInfo} from './own-rule.js'
import {defineRule, type MeshRule} from './rule.js'

/** Integers of CEL are BigInts. */
function podValue({pod, mode}: Workload): Record<string, unknown> {
  return {
    name: pod.object.name,
    namespace: pod.object.namespace,
    kind: pod.object.kind,
    workload: {kind: pod.workload.kind, name: pod.workload.name},
    mode,
    labels: {...pod.labels},
    annotations: {...pod.annotations},
    hostNetwork: pod.hostNetwork,
    serviceAccount: pod.serviceAccount,
    containers: pod.containers.map(({name, image, role, injected, ports}) => ({
      name,
      image,
      role,
      injected,
      ports: ports.map(({name: portName = '', port, protocol}) => ({name: portName, port: BigInt(port), protocol})),
    })),
  }
}

function serviceValue({object, type, headless, ports}: ServiceModel): Record<string, unknown> {
  return {
    name: object.name,
    type,
    headless,
    ports: ports.map(({name = '', port, protocol, appProtocol = ''}) => ({
      name,
      port: BigInt(port),
      protocol,
      appProtocol,
    })),
  }
}

/** The variables of a condition; what could not be read is left out, so that a condition on it is inconclusive, not false. */
function context(
  workload: Workload,
  {namespace, services}: Partial<Pick<Facts, 'namespace' | 'services'>>,
): Record<string, unknown> {
  return {
    pod: podValue(workload),
    ...definedFields({
      ns: namespace === undefined ? undefined : {name: namespace.name, labels: {...namespace.labels}},
      services: services === undefined ? undefined : selectingServices(workload.pod, services).map(serviceValue),
    }),
  }
}

function ruleOf(own: OwnRule): MeshRule {
  const holds = readCondition(own.code, own.when)
  return defineRule({
    ...ownRuleInfo(own),
    modes: POD_MODES,
    anyOs: true,
    needs: [],
    uses: ['namespace', 'services'],
    check: (workload, facts) => (conditionHolds(() => holds(context(workload, facts))) ? [ownFinding(own)] : []),
  })
}

/** The rules of an organisation; a duplicate code or an invalid condition is an error. */
export function organisationRules(own: readonly OwnRule[]): readonly MeshRule[] {
  const twice = own.find(({code}, index) => own.findIndex(each => each.code === code) !== index)
  if (twice !== undefined) throw new UserError(`code ${twice.code} is used by two rules`)
  return own.map(ruleOf)
}
