import {patchesType} from '../../analysis/sync-reason/patched-type.js'
import {appliedInstead, parseRejection} from '../../analysis/sync-reason/rejection.js'
import {xdsTypeNamed} from '../../model/envoy/xds-type.js'
import type {EnvoyFilterModel} from '../../model/istio/istio-traffic.js'
import {objectLabel, type PodModel} from '../../model/kube/pod.js'
import {matchesLabels, requirementsOf} from '../../model/kube/selector.js'
import {defineRule} from '../rule.js'

/** The EnvoyFilters that apply to the pod (its namespace and the root one, workloadSelector) and name the resource; where Envoy names none, those whose patches are of the type. */
function suspectsOf(
  resource: string | undefined,
  type: string,
  pod: PodModel,
  filters: readonly EnvoyFilterModel[],
  root: string,
): readonly EnvoyFilterModel[] {
  return filters.filter(
    ({object, selector, text}) =>
      [root, pod.object.namespace].includes(object.namespace) &&
      (selector === undefined || matchesLabels(requirementsOf(selector), pod.labels)) &&
      (resource === undefined ? patchesType(text, type) : text.includes(JSON.stringify(resource))),
  )
}

/** What to correct, given the labels of the EnvoyFilters found. */
function adviceOn(names: string, resource: string | undefined): string {
  if (names === '') return 'Correct or delete the Istio object that the rejected resource comes from.'
  return resource === undefined
    ? `Envoy names no resource: start with ${names}.`
    : `Correct or delete ${names}, which refers to ${resource}.`
}

export const rule = defineRule({
  code: 'MCT1902',
  slug: 'config-rejected',
  aliases: [],
  severity: 'error',
  title: 'Envoy rejected its configuration',
  why: 'The rejected resource keeps its last accepted version, or is missing in a proxy that never had one; a restarted pod starts without it.',
  fix: 'Correct or delete the Istio object that the rejected resource comes from.',
  references: ['https://istio.io/latest/docs/ops/diagnostic-tools/proxy-cmd/'],
  modes: ['sidecar', 'gateway', 'waypoint'],
  needs: ['controlPlane'],
  uses: ['envoyFilters', 'mesh'],
  check: ({pod}, {controlPlane, envoyFilters = [], mesh}) =>
    controlPlane.connections.flatMap(({types}) =>
      types.flatMap(({type, state, error = '', sentAt}) =>
        state !== 'ERROR'
          ? []
          : parseRejection(error, xdsTypeNamed(type).noun).map(({resource, message, origin}) => {
              const root = mesh?.rootNamespace ?? 'istio-system'
              const filters = suspectsOf(resource, type, pod, envoyFilters, root)
              const names = filters.map(({object}) => objectLabel(object)).join(', ')
              return {
                message: `Envoy rejected ${resource === undefined ? type : `${xdsTypeNamed(type).noun} ${resource} (${type})`}: ${message}.`,
                fix: `${adviceOn(names, resource)} ${appliedInstead(error, xdsTypeNamed(type).noun)}`,
                proof: [
                  {
                    from: "istiod's syncz",
                    text: `${type} lastError: ${error}${sentAt === undefined ? '' : ` (sent ${sentAt})`}`,
                  },
                  ...(origin === undefined ? [] : [{from: 'origin', text: `${origin.kind}: ${origin.because}`}]),
                  ...filters.map(({object}) => ({
                    from: objectLabel(object),
                    text: resource === undefined ? `patches ${type}` : `refers to ${resource}`,
                  })),
                ],
              }
            }),
      ),
    ),
})
