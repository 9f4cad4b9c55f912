import {parseRejection} from '../../analysis/sync-reason/rejection.js'
import {xdsTypeNamed} from '../../model/xds-type.js'
import {defineRule} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1902',
  slug: 'config-rejected',
  aliases: [],
  severity: 'error',
  title: 'Envoy rejects its configuration',
  why: 'Until the rejected resource is mended, Envoy keeps what it had: nothing new of that type reaches the proxy, and a restarted pod may get nothing at all.',
  fix: 'Mend or delete the Istio object the rejected resource comes from.',
  references: ['https://istio.io/latest/docs/ops/diagnostic-tools/proxy-cmd/'],
  modes: ['sidecar', 'gateway', 'waypoint'],
  needs: ['controlPlane'],
  check: (_workload, {controlPlane}) =>
    controlPlane.connections.flatMap(({types}) =>
      types.flatMap(({type, state, error = '', sentAt}) =>
        state !== 'ERROR'
          ? []
          : parseRejection(error, xdsTypeNamed(type).noun).map(({resource, message, origin}) => ({
              message: `Envoy rejects ${type}${resource === undefined ? '' : `, ${xdsTypeNamed(type).noun} ${resource}`}: ${message}.`,
              proof: [
                {
                  from: "istiod's syncz",
                  text: `${type} lastError: ${error}${sentAt === undefined ? '' : ` (sent ${sentAt})`}`,
                },
                ...(origin === undefined ? [] : [{from: 'comes from', text: `${origin.kind}: ${origin.because}`}]),
              ],
            })),
      ),
    ),
})
