import type {Cell, Tone} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {WaypointPolicies} from './at-waypoints.js'
import type {AuthzCheckReport, PolicyRow} from './check-report.js'

const TONES: Readonly<Record<PolicyRow['standing'], Tone>> = {
  both: 'good',
  'objects only': 'bad',
  'proxy only': 'bad',
  unknown: 'dim',
}

function row({action, namespace, name, rules, mode, standing, notes}: PolicyRow): readonly Cell[] {
  return [
    action,
    `${name}.${namespace}`,
    String(rules),
    mode,
    {text: standing, tone: TONES[standing]},
    notes.join('; ') || '-',
  ]
}

function noneText(atWaypoints: readonly WaypointPolicies[]): string {
  return atWaypoints.length === 0
    ? 'no AuthorizationPolicy applies: every request is allowed'
    : 'no AuthorizationPolicy applies at ztunnel'
}

function waypointText({waypoint, host, policies}: WaypointPolicies): string {
  const names = policies.map(({action, object}) => `${action} ${object.name}.${object.namespace}`)
  return `waypoint ${waypoint} applies to requests for ${host} of clients in ambient mode: ${names.join(', ')}`
}

/** The policies of a pod in istioctl's columns, and whether objects and proxy agree. */
export const authzCheckView: View<AuthzCheckReport> = {
  namedBy: 'AuthorizationPolicy',
  doc: ({policies, atWaypoints}) => [
    policies.length === 0
      ? {block: 'text', lines: [noneText(atWaypoints)]}
      : {
          block: 'table',
          style: 'columns',
          header: ['ACTION', 'AuthorizationPolicy', 'RULES', 'MODE', 'FOUND IN', 'NOTES'],
          rows: policies.map(row),
        },
    ...(atWaypoints.length === 0 ? [] : [{block: 'text' as const, lines: atWaypoints.map(waypointText)}]),
  ],
  data: ({subject, policies, atWaypoints}) => ({
    pod: subject,
    policies,
    atWaypoints: atWaypoints.map(({waypoint, host, policies: applied}) => ({
      waypoint,
      host,
      policies: applied.map(({action, object: {namespace, name}}) => ({action, namespace, name})),
    })),
  }),
}
