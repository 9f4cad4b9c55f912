import {defineRule} from '../rule.js'

/** A push is usually accepted within seconds; half a minute is no accident. */
const PATIENCE_MS = 30_000

export const rule = defineRule({
  code: 'MCT1907',
  slug: 'config-stale',
  aliases: [],
  severity: 'warning',
  title: 'The proxy has not accepted the latest configuration',
  why: 'It was sent and never answered: the proxy works with old routes and endpoints while everything else has moved on.',
  fix: 'Compare what istiod has with what the proxy has: meshctl proxy-status POD; then look at the log of the sidecar.',
  references: ['https://istio.io/latest/docs/ops/diagnostic-tools/proxy-cmd/'],
  modes: ['sidecar', 'gateway', 'waypoint'],
  needs: ['controlPlane'],
  check: (_workload, {controlPlane}) =>
    controlPlane.connections.flatMap(({types}) => {
      const late = types.filter(
        ({state, sentAt}) => state === 'STALE' && controlPlane.at.getTime() - Date.parse(sentAt ?? '') >= PATIENCE_MS,
      )
      if (late.length === 0) return []
      return [
        {
          message: `${late.map(({type}) => type).join(', ')} sent at ${late[0]?.sentAt ?? 'an unknown time'} and still not accepted.`,
          proof: late.map(({type, sentAt, ackedAt}) => ({
            from: "istiod's syncz",
            text: `${type} sent ${sentAt ?? '?'}, accepted ${ackedAt ?? 'never'}`,
          })),
        },
      ]
    }),
})
