import {defineRule} from '../rule.js'

/** A push is usually acknowledged within seconds. */
const ACK_TIMEOUT_MS = 30_000

export const rule = defineRule({
  code: 'MCT1907',
  slug: 'config-stale',
  aliases: [],
  severity: 'warning',
  title: 'Proxy has not accepted the latest configuration',
  why: 'istiod sent a push and Envoy did not acknowledge it: the proxy still uses old routes and endpoints.',
  fix: 'Compare the config of istiod and Envoy: meshctl proxy-status POD; then read the log of the sidecar.',
  references: ['https://istio.io/latest/docs/ops/diagnostic-tools/proxy-cmd/'],
  modes: ['sidecar', 'gateway', 'waypoint'],
  needs: ['controlPlane'],
  check: (_workload, {controlPlane}) =>
    controlPlane.connections.flatMap(({types}) => {
      const late = types.filter(
        ({state, sentAt}) =>
          state === 'STALE' && controlPlane.at.getTime() - Date.parse(sentAt ?? '') >= ACK_TIMEOUT_MS,
      )
      if (late.length === 0) return []
      return [
        {
          message: `${late.map(({type}) => type).join(', ')} sent at ${late[0]?.sentAt ?? 'an unknown time'} and not acknowledged since.`,
          proof: late.map(({type, sentAt, ackedAt}) => ({
            from: "istiod's syncz",
            text: `${type} sent ${sentAt ?? '?'}, acknowledged ${ackedAt ?? 'never'}`,
          })),
        },
      ]
    }),
})
